"""Branin's and Currin's functions of the same two variables."""

from __future__ import annotations

import numpy as np

from tasks.multi_objective.base import Array, MultiObjective
from tasks.synthetic.branin import Branin


class BraninCurrin(MultiObjective):
    """Branin's function on its box scaled to [0, 1]^2, and Currin's exponential function.

    `f2 = (1 - exp(-1 / (2 x2))) (2300 x1^3 + 1900 x1^2 + 2092 x1 + 60) / (100 x1^3 + 500 x1^2 + 4 x1 + 20)`
    (Currin, Mitchell, Morris and Ylvisaker, "A Bayesian approach to the design and analysis of computer
    experiments", 1988). The pair is that of Belakaria, Deshwal and Doppa, "Max-value entropy search for
    multi-objective Bayesian optimization", 2019; the reference point is BoTorch's.
    """

    @property
    def n_variables(self) -> int:
        """Two."""
        return 2

    @property
    def reference_point(self) -> tuple[float, float]:
        """(18, 6)."""
        return (18.0, 6.0)

    @property
    def front_hypervolume(self) -> float:
        """About 59.4066: the least second value for each first one, by quadrature.

        (59.360 in BoTorch is that of points which NSGA-II found.)
        """
        return 59.4066

    def function(self, x: Array) -> Array:
        """Return the values, `n x 2`, at `x`, `n x 2`."""
        low, high = Branin().box().T
        return np.stack([Branin().function(low + x * (high - low)), currin(x[:, 0], x[:, 1])], axis=1)


def currin(x1: Array, x2: Array) -> Array:
    """Return the `n` values of Currin's function at `x1` and `x2` between 0 and 1."""
    with np.errstate(divide="ignore"):  # at x2 = 0 the exponential is 0
        decay = 1.0 - np.exp(-0.5 / x2)
    above = 2300.0 * x1**3 + 1900.0 * x1**2 + 2092.0 * x1 + 60.0
    below = 100.0 * x1**3 + 500.0 * x1**2 + 4.0 * x1 + 20.0
    return np.asarray(decay * above / below)
