"""Improvement over the incumbent, on a log scale."""

from __future__ import annotations

import torch
from botorch.models.model import Model
from pydantic import Field
from torch import Generator, Tensor

from hebo.acquisitions.marginals import incumbent_mean, mean_and_sd
from hebo.base import AcqFunction, Acquisition
from hebo.data import Data
from hebo.linalg import log_expected_excess


class LogEI(Acquisition):
    """Log expected improvement, `log s + log h((mu - tau - margin) / s)` (Ament et al., 2310.20708).

    `tau` is the posterior mean at the best observed point, and `h(u) = phi(u) + u Phi(u)`.

    Attributes:
        margin: Least improvement that counts, in units of the modelled `y`.
    """

    margin: float = Field(default=1e-4, ge=0)

    def build(self, model: Model, data: Data, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in nats."""
        threshold = incumbent_mean(model, data) + self.margin

        def log_ei(x: Tensor) -> Tensor:
            mu, sigma = mean_and_sd(model, x)
            return log_expected_improvement(mu, sigma, threshold).unsqueeze(-1)

        return log_ei


class LogPI(Acquisition):
    """Log probability of improvement, `log Phi((mu - tau - margin) / s)`.

    Attributes:
        margin: Least improvement that counts, in units of the modelled `y`.
    """

    margin: float = Field(default=1e-4, ge=0)

    def build(self, model: Model, data: Data, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in nats."""
        threshold = incumbent_mean(model, data) + self.margin

        def log_pi(x: Tensor) -> Tensor:
            mu, sigma = mean_and_sd(model, x)
            return log_probability_of_improvement(mu, sigma, threshold).unsqueeze(-1)

        return log_pi


def log_expected_improvement(mu: Tensor, sigma: Tensor, threshold: Tensor) -> Tensor:
    """`log E[max(f - threshold, 0)]` for `f ~ N(mu, sigma^2)`; finite however unlikely."""
    return torch.log(sigma) + log_expected_excess((mu - threshold) / sigma)


def log_probability_of_improvement(mu: Tensor, sigma: Tensor, threshold: Tensor) -> Tensor:
    """`log P[f > threshold]` for `f ~ N(mu, sigma^2)`; finite however unlikely."""
    value: Tensor = torch.special.log_ndtr((mu - threshold) / sigma)
    return value
