"""Levy's function."""

from __future__ import annotations

import numpy as np

from tasks.synthetic.base import AnyDimension, Array


class Levy(AnyDimension):
    """Levy's function: waves over a parabola, minimum 0 at `(1, ..., 1)`.

    With `w_i = 1 + (x_i - 1) / 4`, on `[-10, 10]^d`,
    `f(x) = sin^2(pi w_1) + sum_{i<d} (w_i - 1)^2 (1 + 10 sin^2(pi w_i + 1))
    + (w_d - 1)^2 (1 + sin^2(2 pi w_d))` (Laguna and Marti, "Experimental testing of advanced scatter search
    designs for global optimization of multimodal functions", 2005).
    """

    @property
    def interval(self) -> tuple[float, float]:
        """`[-10, 10]`."""
        return -10.0, 10.0

    @property
    def minimum(self) -> float:
        """Zero."""
        return 0.0

    def locations(self) -> Array:
        """Return the point of ones, `1 x d`."""
        return np.ones((1, self.dim))

    def function(self, x: Array) -> Array:
        """Return the `n` values at `x`, `n x d`."""
        z = (x - 1.0) / 4.0  # w - 1; sin^2(pi w) = sin^2(pi z) and sin^2(2 pi w) = sin^2(2 pi z)
        inner, last = z[:, :-1], z[:, -1]
        first_term = np.sin(np.pi * z[:, 0]) ** 2
        waves = (inner**2 * (1.0 + 10.0 * np.sin(np.pi * (inner + 1.0) + 1.0) ** 2)).sum(axis=1)
        values: Array = first_term + waves + last**2 * (1.0 + np.sin(2.0 * np.pi * last) ** 2)
        return values
