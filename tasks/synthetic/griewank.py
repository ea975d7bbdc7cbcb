"""Griewank's function."""

from __future__ import annotations

import numpy as np

from tasks.synthetic.base import AnyDimension, Array


class Griewank(AnyDimension):
    """Griewank's function: thousands of regular minima on a wide bowl, minimum 0 at the origin.

    `f(x) = sum_i x_i^2 / 4000 - prod_i cos(x_i / sqrt(i)) + 1` on `[-600, 600]^d` (Griewank, "Generalized
    descent for global optimization", 1981).
    """

    @property
    def interval(self) -> tuple[float, float]:
        """`[-600, 600]`."""
        return -600.0, 600.0

    @property
    def minimum(self) -> float:
        """Zero."""
        return 0.0

    def locations(self) -> Array:
        """Return the origin, `1 x d`."""
        return np.zeros((1, self.dim))

    def function(self, x: Array) -> Array:
        """Return the `n` values at `x`, `n x d`."""
        roots = np.sqrt(np.arange(1, self.dim + 1))
        values: Array = (x**2).sum(axis=1) / 4000.0 + (1.0 - np.cos(x / roots).prod(axis=1))
        return values
