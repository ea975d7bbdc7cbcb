"""Rosenbrock's function."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from tasks.synthetic.base import AnyDimension, Array


class Rosenbrock(AnyDimension):
    """Rosenbrock's curved valley, minimum 0 at `(1, ..., 1)`.

    `f(x) = sum_{i<d} 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2` on `[-5, 10]^d`, `d >= 2` (Rosenbrock, "An
    automatic method for finding the greatest or least value of a function", 1960).
    """

    dim: int = Field(2, ge=2)

    @property
    def interval(self) -> tuple[float, float]:
        """`[-5, 10]`."""
        return -5.0, 10.0

    @property
    def minimum(self) -> float:
        """Zero."""
        return 0.0

    def locations(self) -> Array:
        """Return the point of ones, `1 x d`."""
        return np.ones((1, self.dim))

    def function(self, x: Array) -> Array:
        """Return the `n` values at `x`, `n x d`."""
        here, following = x[:, :-1], x[:, 1:]
        values: Array = (100.0 * (following - here**2) ** 2 + (1.0 - here) ** 2).sum(axis=1)
        return values
