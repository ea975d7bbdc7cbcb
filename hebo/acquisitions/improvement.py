"""Improvement over the incumbent, on a log scale."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acquisitions.marginals import incumbent_mean, mean_and_sd
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.linalg import log_expected_excess


class Improvement(Acquisition, ABC):
    """A value of the improvement over the largest posterior mean at an evaluated point.

    Attributes:
        margin: Least improvement that counts, in units of the modelled `y`.
    """

    margin: float = Field(default=1e-4, ge=0)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in nats."""
        model = models.objective
        threshold = incumbent_mean(model, data) + self.margin

        def value(x: Tensor) -> Tensor:
            return self.of_normal(*mean_and_sd(model, x), threshold).unsqueeze(-1)

        return value

    @abstractmethod
    def of_normal(self, mu: Tensor, sigma: Tensor, threshold: Tensor) -> Tensor:
        """Return the value of normal predictions over a threshold, elementwise."""


class LogEI(Improvement):
    """Log expected improvement, `log s + log h((mu - tau) / s)` with `h(u) = phi(u) + u Phi(u)`.

    Exact over the whole line (Ament et al., 2310.20708).
    """

    def of_normal(self, mu: Tensor, sigma: Tensor, threshold: Tensor) -> Tensor:
        """See `log_expected_improvement`."""
        return log_expected_improvement(mu, sigma, threshold)


class LogPI(Improvement):
    """Log probability of improvement, `log Phi((mu - tau) / s)`."""

    def of_normal(self, mu: Tensor, sigma: Tensor, threshold: Tensor) -> Tensor:
        """See `log_probability_of_improvement`."""
        return log_probability_of_improvement(mu, sigma, threshold)


def log_expected_improvement(mu: Tensor, sigma: Tensor, threshold: Tensor) -> Tensor:
    """`log E[max(f - threshold, 0)]` for `f ~ N(mu, sigma^2)`; finite however unlikely."""
    return torch.log(sigma) + log_expected_excess((mu - threshold) / sigma)


def log_probability_of_improvement(mu: Tensor, sigma: Tensor, threshold: Tensor) -> Tensor:
    """`log P[f > threshold]` for `f ~ N(mu, sigma^2)`; finite however unlikely."""
    value: Tensor = torch.special.log_ndtr((mu - threshold) / sigma)
    return value
