"""The function of Styblinski and Tang."""

from __future__ import annotations

import numpy as np

from tasks.synthetic.base import AnyDimension, Array

# The smallest root of 4 x^3 - 32 x + 5, twice the derivative of each term.
_ROOT = -2.903534027771177


class StyblinskiTang(AnyDimension):
    """The function of Styblinski and Tang: `2^d` minima of different depth.

    `f(x) = sum_i (x_i^4 - 16 x_i^2 + 5 x_i) / 2` on `[-5, 5]^d` (Styblinski and Tang, "Experiments in
    nonconvex optimization", 1990). The minimum is -39.16616570377142 for each variable.
    """

    @property
    def interval(self) -> tuple[float, float]:
        """`[-5, 5]`."""
        return -5.0, 5.0

    @property
    def minimum(self) -> float:
        """`-39.16616570377142 d`."""
        return -39.16616570377142 * self.dim

    def locations(self) -> Array:
        """Return the point of equal coordinates, about -2.9035, `1 x d`."""
        return np.full((1, self.dim), _ROOT)

    def function(self, x: Array) -> Array:
        """Return the `n` values at `x`, `n x d`."""
        values: Array = 0.5 * (x**4 - 16.0 * x**2 + 5.0 * x).sum(axis=1)
        return values
