"""The function of Dixon and Price."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from tasks.synthetic.base import AnyDimension, Array


class DixonPrice(AnyDimension):
    """The chained valley of Dixon and Price, minimum 0.

    `f(x) = (x_1 - 1)^2 + sum_{i>=2} i (2 x_i^2 - x_{i-1})^2` on `[-10, 10]^d`, `d >= 2` (Dixon and Price,
    "The truncated Newton method for sparse unconstrained optimization using automatic differentiation",
    1989). All terms vanish at `x_i = 2^(-(2^i - 2) / 2^i)`, where the last coordinate may have either sign.
    """

    dim: int = Field(2, ge=2)

    @property
    def interval(self) -> tuple[float, float]:
        """`[-10, 10]`."""
        return -10.0, 10.0

    @property
    def minimum(self) -> float:
        """Zero."""
        return 0.0

    def locations(self) -> Array:
        """Return both minimizers, `2 x d`."""
        # (2^i - 2) / 2^i written as 1 - 2^(1 - i), which does not overflow.
        point = 2.0 ** -(1.0 - 2.0 ** (1.0 - np.arange(1, self.dim + 1)))
        mirrored = point.copy()
        mirrored[-1] *= -1.0
        return np.stack([point, mirrored])

    def function(self, x: Array) -> Array:
        """Return the `n` values at `x`, `n x d`."""
        weights = np.arange(2, self.dim + 1)
        chain = (weights * (2.0 * x[:, 1:] ** 2 - x[:, :-1]) ** 2).sum(axis=1)
        values: Array = (x[:, 0] - 1.0) ** 2 + chain
        return values
