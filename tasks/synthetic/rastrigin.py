"""Rastrigin's function."""

from __future__ import annotations

import numpy as np

from tasks.synthetic.base import AnyDimension, Array


class Rastrigin(AnyDimension):
    """Rastrigin's function: a parabola with a minimum near each integer point, minimum 0 at the origin.

    `f(x) = sum_i x_i^2 + 10 (1 - cos(2 pi x_i))` on `[-5.12, 5.12]^d` (Rastrigin, 1974; in this form
    Muhlenbein, Schomisch and Born, "The parallel genetic algorithm as function optimizer", 1991).
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
        values: Array = (x**2 + 10.0 * (1.0 - np.cos(2.0 * np.pi * x))).sum(axis=1)
        return values
