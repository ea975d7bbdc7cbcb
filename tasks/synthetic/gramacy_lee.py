"""The function of Gramacy and Lee."""

from __future__ import annotations

import numpy as np

from tasks.synthetic.base import AnyDimension, Array

_LOCATION = 0.548563444114526


class GramacyLee(AnyDimension):
    """The function of Gramacy and Lee, not stationary: fast waves at one end, a smooth bowl at the other.

    `f(x) = sum_i sin(10 pi x_i) / (2 x_i) + (x_i - 1)^4` on `[0.5, 2.5]^d` (Gramacy and Lee, "Cases for
    the nugget in modeling computer experiments", 2012, there with `d = 1`). The terms have one variable
    each, so that the minimum is `d` times that of one, about -0.8690 at 0.5486.
    """

    @property
    def interval(self) -> tuple[float, float]:
        """`[0.5, 2.5]`."""
        return 0.5, 2.5

    @property
    def minimum(self) -> float:
        """`d` times the smallest value of one term."""
        return float(self.function(self.locations())[0])

    def locations(self) -> Array:
        """Return the point of equal coordinates, about 0.5486, `1 x d`."""
        return np.full((1, self.dim), _LOCATION)

    def function(self, x: Array) -> Array:
        """Return the `n` values at `x`, `n x d`."""
        values: Array = (np.sin(10.0 * np.pi * x) / (2.0 * x) + (x - 1.0) ** 4).sum(axis=1)
        return values
