"""Replicates: observations of one point, told several times."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float64]

MIN_DEGREES = 5
"""With fewer degrees of freedom the variance within replicates is less certain than that of the model."""


@dataclass(frozen=True)
class Replicates:
    """Values of the points that were observed several times.

    Attributes:
        x: `g x d` such points.
        groups: The values of each, at least two.
    """

    x: Tensor
    groups: tuple[Array, ...]

    @classmethod
    def among(cls, x: Tensor, y: Tensor) -> Replicates:
        """Return those of `n x d` points with `n` values."""
        points, place, count = torch.unique(x, dim=0, return_inverse=True, return_counts=True)
        repeated = (count > 1).nonzero()[:, 0]
        values = tuple(y[place == one].cpu().numpy() for one in repeated.tolist())
        return cls(points[repeated], values)

    @property
    def n_rows(self) -> int:
        """How many observations they are."""
        return sum(map(len, self.groups))

    @property
    def degrees(self) -> int:
        """Degrees of freedom of the pooled variance."""
        return self.n_rows - len(self.groups)

    @property
    def variance(self) -> float:
        """The pooled variance within points; NaN without replicates."""
        if not self.degrees:
            return math.nan
        return float(sum(((one - one.mean()) ** 2).sum() for one in self.groups) / self.degrees)

    @property
    def means(self) -> Array:
        """The mean of each group, `g`."""
        return np.array([one.mean() for one in self.groups])

    def contrasts(self) -> tuple[Array, NDArray[np.int64]]:
        """Return independent residuals with the variance of the noise, and the group of each.

        Deviations from a mean depend on one another. The `k - 1` Helmert contrasts of a group do not: each
        value less the mean of those before it, `sqrt(j / (j + 1))` times.
        """
        residuals = [_helmert(one) for one in self.groups]
        places = np.repeat(np.arange(len(residuals)), [len(one) for one in residuals])
        return np.concatenate([*residuals, np.empty(0)]), places


def _helmert(values: Array) -> Array:
    before = np.arange(1, len(values))
    means = np.cumsum(values)[:-1] / before
    contrasts: Array = (values[1:] - means) * np.sqrt(before / (before + 1))
    return contrasts
