"""Augmented expected improvement, for noisy observations."""

from __future__ import annotations

import torch
from botorch.models.model import Model
from pydantic import Field
from torch import Generator, Tensor

from hebo.acquisitions.marginals import marginals, noise_sd
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data


class LogAugmentedEI(Acquisition):
    """Log augmented expected improvement (Huang et al., 2006, equations 12 and 13).

    `log EI over tau + log(1 - s_n / sqrt(s^2 + s_n^2))`, with the noise deviation `s_n` and, for `tau`, the
    posterior mean at the evaluated point of the largest `mu - caution * s` (the "effective best solution").
    The factor is the share of the deviation of a further observation that is not noise: it sends the search
    away from points that are known as well as noise allows.

    Attributes:
        caution: Deviations subtracted where the effective best point is chosen; the paper's value is 1.
    """

    caution: float = Field(default=1.0, ge=0)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in nats."""
        model = models.objective
        threshold, noise = self._effective_best(model, data), noise_sd(model, data)

        def value(x: Tensor) -> Tensor:
            predictions = marginals(model, x)
            noisy_sd = (predictions.sd.square() + noise.square()).sqrt().clamp_min(1e-300)
            return (predictions.log_ei(threshold) + torch.log1p(-noise / noisy_sd)).unsqueeze(-1)

        return value

    @torch.no_grad()
    def _effective_best(self, model: Model, data: Data) -> Tensor:
        predictions = marginals(model, data.x.unsqueeze(-2))
        return predictions.mean[predictions.ucb(-self.caution).argmax()]
