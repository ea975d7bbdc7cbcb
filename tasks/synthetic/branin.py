"""Branin's function."""

from __future__ import annotations

import numpy as np

from tasks.synthetic.base import Array, Synthetic


class Branin(Synthetic):
    """Branin's function of two variables, with three equal minima.

    `f(x) = (x2 - 5.1 / (4 pi^2) x1^2 + 5 / pi x1 - 6)^2 + 10 (1 - 1 / (8 pi)) cos(x1) + 10`
    on `[-5, 10] x [0, 15]` (Dixon and Szego, "The global optimization problem: an introduction", 1978).
    In each minimum the square vanishes and `cos(x1) = -1`, so the value is `10 / (8 pi)`.
    """

    @property
    def n_variables(self) -> int:
        """Two."""
        return 2

    @property
    def minimum(self) -> float:
        """`10 / (8 pi)`, about 0.397887."""
        return float(10.0 / (8.0 * np.pi))

    def box(self) -> Array:
        """Return `[-5, 10] x [0, 15]`."""
        return np.array([[-5.0, 10.0], [0.0, 15.0]])

    def locations(self) -> Array:
        """Return the three minimizers, `3 x 2`."""
        return np.array([[np.pi, 2.275], [-np.pi, 12.275], [3.0 * np.pi, 2.475]])

    def function(self, x: Array) -> Array:
        """Return the `n` values at `x`, `n x 2`."""
        x1, x2 = x[:, 0], x[:, 1]
        valley = x2 - 5.1 / (4.0 * np.pi**2) * x1**2 + 5.0 / np.pi * x1 - 6.0
        values: Array = valley**2 + 10.0 * (1.0 - 1.0 / (8.0 * np.pi)) * np.cos(x1) + 10.0
        return values
