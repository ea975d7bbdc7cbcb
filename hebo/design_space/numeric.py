"""Numbers: what all numeric types share, and the real ones (`num`, `pow`, `sigmoid`)."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hebo.design_space.grid import Grid
from hebo.design_space.precision import SINGLE, singles, spacing
from hebo.design_space.prior import Quantile, check_prior
from hebo.design_space.scalar import GRID_NOISE, Scalar
from hebo.design_space.scale import SAME, Linear, Log, Logit, Scale
from hebo.design_space.steps import check_step, count_steps
from hebo.design_space.values import is_number, read_numbers

MAX_DECIMALS = 20
"""Most decimals to which the values of a grid are rounded; finer ones are left as they are."""


class Numeric(Scalar):
    """A parameter whose values are numbers, so that it may stand in a linear constraint."""

    @property
    @abstractmethod
    def natural_bounds(self) -> tuple[float, float]:
        """Smallest and largest natural value."""

    @property
    @abstractmethod
    def scale(self) -> Scale:
        """Takes natural values to the encoded column."""

    @cached_property
    def bounds(self) -> Tensor:
        """`2 x 1`, the encoded ends."""
        return self.scale.forward(torch.tensor(self.natural_bounds, dtype=torch.float64)).unsqueeze(1)

    def natural(self, x: Tensor) -> Tensor:
        """Return the natural values of encoded ones (any shape), exact on a grid."""
        if self.grid is None:
            return self.scale.inverse(x).clamp(*self.natural_bounds)
        return self.grid.value(self.grid.index(x))

    def from_natural(self, value: Tensor) -> Tensor:
        """Encode natural values (any shape), clipped to the bounds but not rounded."""
        return self.scale.forward(value.clamp(*self.natural_bounds))

    def _noise(self, x: Tensor) -> Tensor:
        return self.scale.tolerance(x, self.bounds[:, 0])

    def encode(self, values: np.ndarray[Any, Any]) -> Tensor:
        """Encode numbers; one beyond a bound or a grid value by no more than `tolerance` is clipped."""
        numbers = torch.from_numpy(self._unrounded(read_numbers(self, values), values)).unsqueeze(1)
        x = self._inside(self.scale.forward(numbers), values)
        if self.grid is not None:
            self._on_grid(numbers, x, values)
        return x

    def decode(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return the natural values as float64."""
        return self.natural(x)[:, 0].numpy()

    def _inside(self, x: Tensor, values: np.ndarray[Any, Any]) -> Tensor:
        """Refuse encoded values outside the bounds, return the others clipped and rounded."""
        low, high = self.bounds
        below, above = self.tolerance(self.bounds)[:, 0] + 1e-12 * self.bounds.abs().amax()
        bad = ~((x >= low - below) & (x <= high + above))[:, 0]
        if bad.any():
            row = int(bad.nonzero()[0, 0])
            ends = "[{:.15g}, {:.15g}]".format(*self.natural_bounds)
            raise self.bad_value(row, values[row], f"is outside {ends}; clip it or widen the bounds")
        return self.project(x)

    def _on_grid(self, numbers: Tensor, x: Tensor, values: np.ndarray[Any, Any]) -> None:
        """Refuse numbers between two grid values, and those too coarse to tell grid values apart."""
        nearest = self.natural(x)
        gap = self._gap(nearest)
        blurred = torch.from_numpy(spacing(values)).unsqueeze(1) > gap
        if blurred.any():
            row = int(blurred.nonzero()[0, 0])
            kind = type(values[row]).__name__
            raise self.bad_value(row, values[row], f"is a {kind}, which blurs neighbors; give it in 64 bits")
        ends = torch.tensor(self.natural_bounds, dtype=torch.float64)
        slack = torch.maximum(SAME * (ends[1] - ends[0]), 2 * SINGLE * nearest.abs())
        bad = ((numbers - nearest).abs() > torch.minimum(slack, GRID_NOISE * gap) + 1e-9 * gap)[:, 0]
        if bad.any():
            row = int(bad.nonzero()[0, 0])
            near = self.decode(x[row : row + 1])[0]
            raise self.bad_value(row, values[row], f"is not on the grid; the nearest value is {near}")

    def _gap(self, values: Tensor) -> Tensor:
        """Return how far from natural values of the grid the nearest others are."""
        return torch.ones_like(values) if self.grid is None else self.grid.step.expand_as(values)

    def _unrounded(self, numbers: NDArray[np.float64], values: np.ndarray[Any, Any]) -> NDArray[np.float64]:
        """Return numbers with the bounds in place of what single precision makes of them."""
        is_single = singles(values)
        if is_single.any():
            numbers = numbers.copy()
            for bound in self.natural_bounds:
                numbers[is_single & (numbers == np.float32(bound))] = bound
        return numbers


@dataclass(frozen=True, kw_only=True, eq=False)
class Bounded(Numeric):
    """A numeric parameter with `lb` and `ub`; equal bounds make a constant (one value, zero range)."""

    lb: float
    ub: float

    def __post_init__(self) -> None:
        """Check that the bounds are finite numbers in order."""
        for key in ("lb", "ub"):
            bound = getattr(self, key)
            if not is_number(bound):
                raise self.problem(key, bound, "is not a number; give a real number without quotes")
            if not math.isfinite(bound) or abs(bound) > 1e300:
                raise self.problem(key, bound, "is not finite; give bounds that are finite (below 1e300)")
            object.__setattr__(self, key, self._plain(key, bound))
        if self.lb > self.ub:
            raise self.problem("lb", self.lb, f"is above ub = {self.ub!r}; swap them")

    def _plain(self, key: str, bound: Any) -> float:
        """Return a bound as the Python number it is kept as."""
        return float(bound)

    def check_positive(self, *, at_least: float = 0.0) -> None:
        """Refuse a lower bound that a logarithmic scale cannot hold."""
        if self.lb <= 0 or self.lb < at_least:
            limit = f"at least {at_least:g}" if at_least else "above 0"
            raise self.problem(
                "lb", self.lb, f"has no place on a log scale; use an lb {limit}, or type 'num'"
            )

    def check_base(self, base: object) -> None:
        """Refuse a base of logarithms that is not a finite number above 1."""
        if not is_number(base) or not 1 < base < 1e300:
            raise self.problem("base", base, "must be a finite number above 1; 2 and 10 are usual")

    def check_flag(self, key: str) -> None:
        """Refuse a flag that is neither true nor false."""
        if not isinstance(getattr(self, key), bool):
            raise self.problem(key, getattr(self, key), "must be true or false")

    def read_prior(self, prior: Any) -> None:
        """Keep a prior as plain numbers, if there is one."""
        if prior is not None:
            object.__setattr__(self, "prior", check_prior(self, prior))

    def believed(self, scale: Scale, prior: tuple[float, ...] | None) -> Scale:
        """Return the scale that a prior makes of another; that one without a prior."""
        return scale if prior is None else Quantile(scale, self.natural_bounds, prior)

    @property
    def natural_bounds(self) -> tuple[float, float]:
        """The bounds as given."""
        return self.lb, self.ub

    @cached_property
    def grid(self) -> Grid | None:
        """No grid, except the single value of a constant."""
        return Grid.of(self.lb, 1.0, 1, scale=self.scale) if self.lb == self.ub else None


@dataclass(frozen=True, kw_only=True, eq=False)
class Num(Bounded):
    """`num`: a real number, on a log scale if `log`, on the grid `lb, lb + step, ...` if `step`.

    Where `ub` is not on the grid, the largest grid value below it is the upper end. For `prior` see
    `hebo.design_space.prior`.
    """

    step: float | None = None
    log: bool = False
    prior: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Check bounds, step, scale and prior."""
        super().__post_init__()
        self.check_flag("log")
        if self.log:
            self.check_positive()
        if self.step is not None:
            object.__setattr__(self, "step", check_step(self, self.step))
        self.read_prior(self.prior)
        if self.prior is not None and self.step is not None:
            raise self.problem("prior", list(self.prior), "does not go with a step; drop one of them")

    @cached_property
    def scale(self) -> Scale:
        """Linear or natural logarithm, or the quantile of a prior."""
        return self.believed(Log() if self.log else Linear(), self.prior)

    @cached_property
    def grid(self) -> Grid | None:
        """The steps, if there are any."""
        if self.step is None:
            return super().grid
        return Grid.of(self.lb, self.step, count_steps(self.lb, self.ub, self.step), scale=self.scale)

    @property
    def natural_bounds(self) -> tuple[float, float]:
        """The lower bound and the last value of the grid."""
        if self.step is None:
            return self.lb, self.ub
        return self.lb, self.lb + (count_steps(self.lb, self.ub, self.step) - 1) * self.step

    def decode(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return the natural values; steps without the float noise of `3 * 0.1`."""
        values = super().decode(x)
        if self.step is None or self._n_decimals > MAX_DECIMALS:
            return values
        return np.round(values, self._n_decimals)

    @cached_property
    def _n_decimals(self) -> int:
        """Decimals that suffice to write every grid value."""
        exponents = [Decimal(repr(number)).as_tuple().exponent for number in (self.lb, self.step)]
        return max(-int(exponent) for exponent in exponents)


@dataclass(frozen=True, kw_only=True, eq=False)
class Pow(Bounded):
    """`pow`: a positive real number, encoded as its logarithm to `base`; `prior` as for `num`."""

    base: float = 10.0
    prior: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Check bounds, base and prior."""
        super().__post_init__()
        self.check_positive()
        self.check_base(self.base)
        object.__setattr__(self, "base", float(self.base))
        self.read_prior(self.prior)

    @cached_property
    def scale(self) -> Scale:
        """Logarithm to `base`, or the quantile of a prior."""
        return self.believed(Log(self.base), self.prior)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sigmoid(Bounded):
    """`sigmoid`: a probability-like number strictly between 0 and 1, encoded as its log-odds."""

    def __post_init__(self) -> None:
        """Check `0 < lb < ub < 1`."""
        super().__post_init__()
        for key, bound in (("lb", self.lb), ("ub", self.ub)):
            if not 0.0 < bound < 1.0:
                raise self.problem(key, bound, "is not strictly between 0 and 1; move it inside, e.g. 0.001")
        if self.lb == self.ub:
            raise self.problem("lb", self.lb, "equals ub; leave a gap, or use type 'num' for a constant")

    @property
    def scale(self) -> Scale:
        """Log-odds."""
        return Logit()
