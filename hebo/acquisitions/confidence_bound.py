"""Upper confidence bounds (GP-UCB), with HEBO's schedule of their width."""

from __future__ import annotations

import math

from pydantic import Field
from torch import Generator, Tensor

from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data


class UCB(Acquisition):
    """Upper confidence bound `mu + kappa s` of what is maximized: the lower bound of a cost, negated.

    Attributes:
        kappa: Width of the bound in standard deviations.
    """

    kappa: float = Field(default=2.0, ge=0)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in units of the modeled `y`."""
        model = models.objective

        def ucb(x: Tensor) -> Tensor:
            return marginals(model, x).ucb(self.kappa).unsqueeze(-1)

        return ucb


def hebo_kappa(n_observed: int, n_columns: int, batch_size: int, *, delta: float = 0.01) -> float:
    """HEBO's widening bound, `sqrt((2 + d/2) log t + log(pi^2 / delta))` with `t` batches told so far.

    Srinivas et al. (0912.3995), theorem 1 with the constant halved, as in HEBO (2012.03826).
    """
    n_batches = max(1, n_observed // batch_size)
    return math.sqrt((2 + n_columns / 2) * math.log(n_batches) + math.log(math.pi**2 / delta))
