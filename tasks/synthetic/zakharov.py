"""Zakharov's function."""

from __future__ import annotations

import numpy as np

from tasks.synthetic.base import AnyDimension, Array


class Zakharov(AnyDimension):
    """Zakharov's plate: one minimum, 0 at the origin, at the bottom of a long flat trough.

    With `s = sum_i i x_i / 2`, `f(x) = sum_i x_i^2 + s^2 + s^4` on `[-5, 10]^d` (Zakharov, "Random search
    method for finding the extremum of multidimensional functions", 1969).
    """

    @property
    def interval(self) -> tuple[float, float]:
        """`[-5, 10]`."""
        return -5.0, 10.0

    @property
    def minimum(self) -> float:
        """Zero."""
        return 0.0

    def locations(self) -> Array:
        """Return the origin, `1 x d`."""
        return np.zeros((1, self.dim))

    def function(self, x: Array) -> Array:
        """Return the `n` values at `x`, `n x d`."""
        weighted = x @ (0.5 * np.arange(1, self.dim + 1))
        values: Array = (x**2).sum(axis=1) + weighted**2 + weighted**4
        return values
