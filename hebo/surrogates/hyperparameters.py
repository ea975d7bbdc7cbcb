"""Hyperparameters of a warped GP as one vector of logarithms, with their priors and ranges.

Notation: `s` starts, `p` hyperparameters, `k` numeric and `c` categorical columns.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from hebo.design_space.design_space import DesignSpace

Array = NDArray[np.float64]


class Columns:
    """Which encoded columns are numeric, which categorical, and bounds that are safe to scale by.

    Attributes:
        n: How many there are.
        categorical: Those of categories.
        numeric: The others.
        fidelities: Which of the numeric ones, from 0, are fidelities.
        lower: Of the numeric ones.
        range: Of the numeric ones.
    """

    def __init__(self, space: DesignSpace) -> None:
        self.n = space.bounds.shape[1]
        self.categorical = sorted(space.categorical_dims)
        self.numeric = [column for column in range(self.n) if column not in space.categorical_dims]
        lower, upper = space.bounds[:, self.numeric]
        constant = (upper == lower).to(lower)
        levels = [column for name in space.targets for column in range(self.n)[space.columns[name]]]
        self.fidelities = tuple(place for place, column in enumerate(self.numeric) if column in levels)
        self.lower, self.range = lower - 0.5 * constant, upper - lower + constant

    def split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the numeric columns of `... x d` points scaled to `[0, 1]`, and the categorical codes."""
        scaled = (x[..., self.numeric] - self.lower.to(x)) / self.range.to(x)
        return scaled, x[..., self.categorical]


@dataclass(frozen=True)
class Prior:
    """Normal prior of a group of log-hyperparameters, their first value, and the range they are kept in.

    Attributes:
        mode: The most likely value of the hyperparameter itself.
        spread: Standard deviation of its logarithm, for each entry of the group by itself.
        shared: Standard deviation of what the logarithms of all entries have in common.
        start: Where the first start of a fit begins; None takes the mode.
        lower: Least value.
        upper: Largest value.
    """

    mode: float
    spread: float
    shared: float = 0.0
    start: float | None = None
    lower: float = 1e-6
    upper: float = 1e6


FIDELITY_SCALE = Prior(2.0, 0.7, lower=0.05)
"""Lengthscale of a fidelity: its ends correlate by 0.8 to begin with, whatever the number of columns.

Whoever evaluates a cheap level expects it to say something. Under the prior of other columns it says as
little as the value at the opposite side of the space, and is given up before the data can tell.
"""


_FEW_CATEGORICAL = 4


def overlap_prior(n_categorical: int) -> Prior:
    """Return the prior of the `overlap_scale` of each categorical column.

    Of up to four columns, points that differ in one category alone correlate by `exp(-1 / 10)` to begin with:
    numbers are expected to act much alike in all categories. Were categories as good as unrelated, one met
    twice at bad numbers would be shut out for good. Random points differ in most of many columns; there they
    correlate by `exp(-2)`, and single columns may turn out to matter more.
    """
    if n_categorical > _FEW_CATEGORICAL:
        return Prior(0.5, 1.0, start=1.0, lower=1e-3)
    return Prior(10.0 / max(1, n_categorical), 1.5, lower=1e-3)


@dataclass(frozen=True)
class Layout:
    """Where each group of hyperparameters lies in the vector.

    All but the last entry, the constant mean, are logarithms.

    Attributes:
        n_numeric: `k`.
        n_categorical: `c`.
        warp: Whether there are two warp exponents per numeric column.
        priors: Name of a group -> its prior; the names are those of `groups`.
        contexts: Which categorical columns, from 0, are contexts: their `overlap_scale` has a prior of its
            own, `context_scale`.
        fidelities: Which numeric columns, from 0, are fidelities: their `lengthscale` has a prior of its own,
            `fidelity_scale`.
        has_offset: Whether there is a variance of the offsets of contexts.
        further: Name of a group that only some models have -> how many entries it has.
    """

    n_numeric: int
    n_categorical: int
    warp: bool
    priors: dict[str, Prior]
    contexts: tuple[int, ...] = ()
    fidelities: tuple[int, ...] = ()
    has_offset: bool = False
    further: dict[str, int] = field(default_factory=dict)

    @cached_property
    def groups(self) -> dict[str, slice]:
        """Name of a group -> its entries."""
        sizes = {
            "lengthscale": self.n_numeric,
            "warp_a": self.n_numeric * self.warp,
            "warp_b": self.n_numeric * self.warp,
            "overlap_scale": self.n_categorical,
            "offset": int(self.has_offset),
            **self.further,
            "signal": 1,
            "noise": 1,
            "mean": 1,
        }
        ends = np.cumsum(list(sizes.values())).tolist()
        return {name: slice(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}

    @property
    def size(self) -> int:
        """`p`."""
        return int(self.groups["mean"].stop)

    @cached_property
    def center(self) -> Array:
        """Means of the normal priors, `p`; the constant mean's is 0."""
        return self._filled(lambda prior: math.log(prior.mode), 0.0)

    @cached_property
    def spread(self) -> Array:
        """Standard deviations of the priors, `p`; the constant mean's is 1, the spread of the outputs."""
        return self._filled(lambda prior: prior.spread, 1.0)

    @cached_property
    def lower(self) -> Array:
        """Least entries, `p`."""
        return self._filled(lambda prior: math.log(prior.lower), -1e3)

    @cached_property
    def upper(self) -> Array:
        """Largest entries, `p`."""
        return self._filled(lambda prior: math.log(prior.upper), 1e3)

    def starts(self, n: int, *, generator: Generator, scatter: float) -> Array:
        """Return `n x p` vectors: the given start, then ones scattered around it in the logarithm."""
        first = self._filled(lambda prior: math.log(prior.start or prior.mode), 0.0)
        noise = torch.randn(n, self.size, generator=generator, dtype=torch.float64).numpy() * scatter
        noise[0] = 0.0
        noise[:, -1] = 0.0
        return np.clip(first + noise, self.lower, self.upper)

    def log_prior(self, theta: Array) -> tuple[float, Array]:
        """Return the log prior density up to a constant, and its gradient, `p`.

        The covariance of a group of `k` is `spread^2 I + shared^2 11^T`, so its precision is
        `(I - w 11^T) / spread^2` with `w = shared^2 / (spread^2 + k shared^2)`.
        """
        z = (theta - self.center) / self.spread
        slope = z.copy()
        for name, prior in self.priors.items():
            group = self.groups[name] if prior.shared else slice(0, 0)
            if group.stop > group.start:
                k = group.stop - group.start
                slope[group] -= prior.shared**2 / (prior.spread**2 + k * prior.shared**2) * z[group].sum()
        return -0.5 * float(z @ slope), -slope / self.spread

    def _filled(self, value: Callable[[Prior], float], mean: float) -> Array:
        result = np.full(self.size, mean)
        for name, group in self.groups.items():
            if name != "mean" and group.stop > group.start:
                result[group] = value(self.priors[name])
        for place in self.contexts:
            result[self.groups["overlap_scale"].start + place] = value(self.priors["context_scale"])
        for place in self.fidelities:
            result[self.groups["lengthscale"].start + place] = value(self.priors["fidelity_scale"])
        return result
