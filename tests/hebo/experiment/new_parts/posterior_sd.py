"""Pure exploration (active learning): the posterior standard deviation."""

from __future__ import annotations

from torch import Generator, Tensor

from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data


class PosteriorSd(Acquisition):
    """Posterior standard deviation: largest where least is known."""

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in units of the modeled `y`."""

        def posterior_sd(x: Tensor) -> Tensor:
            return models.objective.posterior(x).variance.sqrt().squeeze(-1)

        return posterior_sd
