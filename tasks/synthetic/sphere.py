"""The sphere function."""

from __future__ import annotations

import numpy as np

from tasks.synthetic.base import AnyDimension, Array


class Sphere(AnyDimension):
    """The sum of squares `f(x) = sum_i x_i^2` on `[-5.12, 5.12]^d`, minimum 0 at the origin.

    The first function of De Jong, "An analysis of the behavior of a class of genetic adaptive systems",
    1975.
    """

    @property
    def interval(self) -> tuple[float, float]:
        """`[-5.12, 5.12]`."""
        return -5.12, 5.12

    @property
    def minimum(self) -> float:
        """Zero."""
        return 0.0

    def locations(self) -> Array:
        """Return the origin, `1 x d`."""
        return np.zeros((1, self.dim))

    def function(self, x: Array) -> Array:
        """Return the `n` values at `x`, `n x d`."""
        values: Array = (x**2).sum(axis=1)
        return values
