"""Michalewicz' function."""

from __future__ import annotations

from functools import lru_cache
from math import floor

import numpy as np
from pydantic import Field
from scipy.optimize import minimize_scalar

from tasks.synthetic.base import AnyDimension, Array


class Michalewicz(AnyDimension):
    """Michalewicz' function: steep narrow valleys in a plateau.

    `f(x) = -sum_i sin(x_i) sin^{2m}(i x_i^2 / pi)` on `[0, pi]^d` (Michalewicz, "Genetic algorithms + data
    structures = evolution programs", 1992). The terms have one variable each, so that the minimum is the
    sum of `d` minima over one variable; with `m = 10` it is -1.8013 for `d = 2`, -4.687658 for `d = 5`
    and -9.66015 for `d = 10`.

    Args:
        steepness: The exponent's half, `m`; the larger, the narrower the valleys.
    """

    steepness: int = Field(10, ge=1)

    @property
    def interval(self) -> tuple[float, float]:
        """`[0, pi]`."""
        return 0.0, float(np.pi)

    @property
    def minimum(self) -> float:
        """The sum of the minima of the terms."""
        return float(self.function(self.locations())[0])

    def locations(self) -> Array:
        """Return the point of the terms' minimizers, `1 x d`."""
        return np.array([[_minimizer(i, self.steepness) for i in range(1, self.dim + 1)]])

    def function(self, x: Array) -> Array:
        """Return the `n` values at `x`, `n x d`."""
        values: Array = _terms(x, np.arange(1.0, self.dim + 1.0), self.steepness).sum(axis=1)
        return values


def _terms(x: Array, i: Array | float, steepness: int) -> Array:
    values: Array = -np.sin(x) * np.sin(i * x**2 / np.pi) ** (2 * steepness)
    return values


@lru_cache(maxsize=4096)
def _minimizer(i: int, steepness: int) -> float:
    """Return the minimizer over `[0, pi]` of the `i`-th term.

    The `k`-th valley lies between `pi sqrt(k / i)` and `pi sqrt((k + 1) / i)`. The factor `sin(x)` makes
    one of the two valleys with centres next to `pi / 2` the deepest.
    """
    before = floor(i / 4 - 0.5)
    best = []
    for k in {max(before, 0), min(before + 1, i - 1)}:
        ends = (np.pi * np.sqrt(k / i), np.pi * np.sqrt((k + 1) / i))
        found = minimize_scalar(
            _terms, bounds=ends, args=(i, steepness), method="bounded", options={"xatol": 1e-13}
        )
        best.append((float(found.fun), float(found.x)))
    return min(best)[1]
