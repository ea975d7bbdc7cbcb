"""Schwefel's function."""

from __future__ import annotations

import numpy as np

from tasks.synthetic.base import AnyDimension, Array

# t = sqrt(x) solves tan(t) = -t / 2 next to 20.5; the depth of each term there is t^2 sin(t).
_LOCATION = 420.9687463599820
_DEPTH = 418.9828872724337


class Schwefel(AnyDimension):
    """Schwefel's function: the second best minimum is far away from the best, minimum 0.

    `f(x) = 418.9829 d - sum_i x_i sin(sqrt(|x_i|))` on `[-500, 500]^d`, with all digits of the constant
    (Schwefel, "Numerical optimization of computer models", 1981).
    """

    @property
    def interval(self) -> tuple[float, float]:
        """`[-500, 500]`."""
        return -500.0, 500.0

    @property
    def minimum(self) -> float:
        """Zero."""
        return 0.0

    def locations(self) -> Array:
        """Return the point of equal coordinates, about 420.97, `1 x d`."""
        return np.full((1, self.dim), _LOCATION)

    def function(self, x: Array) -> Array:
        """Return the `n` values at `x`, `n x d`."""
        values: Array = (_DEPTH - x * np.sin(np.sqrt(np.abs(x)))).sum(axis=1)
        return values
