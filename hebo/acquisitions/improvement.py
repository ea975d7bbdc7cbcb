"""Expected improvement and probability of improvement, on a log scale."""

from __future__ import annotations

from abc import ABC, abstractmethod

from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import Marginals
from hebo.acquisitions.marginals import incumbent_mean, marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data


class Improvement(Acquisition, ABC):
    """A value of the improvement over the largest posterior mean at an evaluated point.

    Attributes:
        margin: Least improvement that counts, in units of the modeled `y`.
    """

    margin: float = Field(default=1e-4, ge=0)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in nats."""
        model = models.objective
        threshold = incumbent_mean(model, data) + self.margin

        def value(x: Tensor) -> Tensor:
            return self.over(marginals(model, x), threshold).unsqueeze(-1)

        return value

    @abstractmethod
    def over(self, predictions: Marginals, threshold: Tensor) -> Tensor:
        """Return the value of predictions over a threshold, elementwise."""


class LogEI(Improvement):
    """Log expected improvement, `log E[max(f - tau, 0)]` (Ament et al., 2310.20708)."""

    def over(self, predictions: Marginals, threshold: Tensor) -> Tensor:
        """See `Improvement`."""
        return predictions.log_ei(threshold)


class LogPI(Improvement):
    """Log probability of improvement, `log P[f > tau]`."""

    def over(self, predictions: Marginals, threshold: Tensor) -> Tensor:
        """See `Improvement`."""
        return predictions.log_pi(threshold)
