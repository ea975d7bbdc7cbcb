"""Pure exploration (active learning): the posterior standard deviation."""

from __future__ import annotations

from botorch.models.model import Model
from torch import Generator, Tensor

from hebo.base import AcqFunction, Acquisition
from hebo.data import Data


class PosteriorSd(Acquisition):
    """Posterior standard deviation: largest where least is known."""

    def build(self, model: Model, data: Data, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in units of the modelled `y`."""

        def posterior_sd(x: Tensor) -> Tensor:
            return model.posterior(x).variance.sqrt().squeeze(-1)

        return posterior_sd
