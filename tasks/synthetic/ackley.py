"""Ackley's function."""

from __future__ import annotations

import math

import numpy as np

from tasks.synthetic.base import AnyDimension, Array


class Ackley(AnyDimension):
    """Ackley's function: a deep funnel in a field of ripples, minimum 0 at the origin.

    `f(x) = -20 exp(-0.2 sqrt(mean_i x_i^2)) - exp(mean_i cos(2 pi x_i)) + 20 + e` on
    `[-32.768, 32.768]^d` (Ackley, "A connectionist machine for genetic hillclimbing", 1987).
    """

    @property
    def interval(self) -> tuple[float, float]:
        """`[-32.768, 32.768]`."""
        return -32.768, 32.768

    @property
    def minimum(self) -> float:
        """Zero."""
        return 0.0

    def locations(self) -> Array:
        """Return the origin, `1 x d`."""
        return np.zeros((1, self.dim))

    def function(self, x: Array) -> Array:
        """Return the `n` values at `x`, `n x d`."""
        # expm1 keeps both brackets exactly 0 at the origin, where the plain sum cancels to -4e-16.
        funnel = -20.0 * np.expm1(-0.2 * np.sqrt((x**2).mean(axis=1)))
        ripples = -math.e * np.expm1((np.cos(2.0 * np.pi * x) - 1.0).mean(axis=1))
        values: Array = funnel + ripples
        return values
