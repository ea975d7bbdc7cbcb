"""Max-value entropy search: what an evaluation tells about the largest value of the function."""

from __future__ import annotations

import math
from typing import Literal

import torch
from botorch.models.model import Model
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import PATH_SAMPLING, Ability, PathSampling
from hebo.acquisitions.marginals import incumbent_mean, marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.linalg import log_phi

_ALMOST_SURE = 8.0
"""From here on `-log Phi(u)` equals `1 - Phi(u)` to the last digit."""

_SURPRISE = -1e4
"""Least `u` that is told apart: below it differences of large terms lose their digits."""

_BISECTIONS = 50
_QUARTILES = (0.25, 0.5, 0.75)


class MaxValueEntropy(Acquisition):
    """Log information that a value carries about the largest one (MES; Wang and Jegelka, 1703.01968).

    `log mean_k(u_k phi(u_k) / (2 Phi(u_k)) - log Phi(u_k))`, `u_k = (f*_k - mu) / s`, over samples `f*_k` of
    the largest value. The information is that of the value without noise. The samples are the same for all
    points of an ask; none is below the largest posterior mean at an evaluated point.

    Attributes:
        n_samples: Of the largest value.
        samples: `gumbel` fits a Gumbel distribution to the quartiles of the product of the marginal
            distributions at `n_points` points, as in the paper, and takes its quantiles at evenly spaced
            levels with one random shift. `paths` takes the largest values of functions drawn from the
            posterior at these points, which are correlated as the model says, and costs more.
        n_points: Points spread over the domain; the evaluated ones join them.
    """

    n_samples: int = Field(default=16, ge=1)
    samples: Literal["gumbel", "paths"] = "gumbel"
    n_points: int = Field(default=512, ge=1)

    @property
    def needs(self) -> frozenset[Ability]:  # type: ignore[override]  # a class variable of most others
        """Functions drawn from the posterior, if the samples are those of paths."""
        return frozenset({PATH_SAMPLING}) if self.samples == "paths" else frozenset()

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in logarithms of nats.

        Raises:
            IncompatibleError: If samples are those of paths and the model cannot draw functions.
        """
        model = models.objective
        spread = domain.sample(self.n_points, generator=generator).to(data.x)
        largest = self._largest(model, torch.cat([data.x, spread]), generator)
        largest = largest.clamp_min(incumbent_mean(model, data))

        def value(x: Tensor) -> Tensor:
            found = marginals(model, x)
            u = (largest - found.mean.unsqueeze(-1)) / found.sd.unsqueeze(-1)
            return log_information(u).logsumexp(-1, keepdim=True) - math.log(self.n_samples)

        return value

    @torch.no_grad()
    def _largest(self, model: Model, points: Tensor, generator: Generator) -> Tensor:
        """Sample largest values, `n_samples`."""
        if self.samples == "paths":
            if not isinstance(model, PathSampling):
                raise PATH_SAMPLING.missing(model)
            paths = (model.sample_path(generator) for _ in range(self.n_samples))
            return torch.stack([path(points).max() for path in paths])
        found = marginals(model, points.unsqueeze(-2))
        shift = torch.rand((), generator=generator, dtype=torch.float64).to(found.mean)
        levels = (torch.arange(self.n_samples).to(found.mean) + shift) / self.n_samples
        return gumbel_quantiles(found.mean, found.sd, levels.clamp(1e-6, 1 - 1e-6))


def log_information(u: Tensor) -> Tensor:
    """Return `log(u phi(u) / (2 Phi(u)) - log Phi(u))`, elementwise; differentiable.

    It is the entropy that a standard normal value loses when it is known to be below `u`, and finite far
    above zero too, where it is next to `log(u phi(u) / 2)`.
    """
    low = u.clamp(_SURPRISE, 1.0)
    log_cdf = torch.special.log_ndtr(low)
    near = (0.5 * low * (log_phi(low) - log_cdf).exp() - log_cdf).log()
    high = u.clamp_min(1.0)
    log_cdf = torch.special.log_ndtr(high.clamp_max(_ALMOST_SURE))
    tail = torch.special.log_ndtr(-high.clamp_min(_ALMOST_SURE))
    log_minus_log_cdf = torch.where(high < _ALMOST_SURE, (-log_cdf).log(), tail)
    far = torch.logaddexp((0.5 * high).log() + log_phi(high) - log_cdf, log_minus_log_cdf)
    return torch.where(u < 1.0, near, far)


def gumbel_quantiles(mean: Tensor, sd: Tensor, levels: Tensor) -> Tensor:
    """Return quantiles of the Gumbel distribution with the quartiles of the largest of independent normals.

    `P[max <= y] = prod_i Phi((y - mu_i) / s_i)`; its quartiles are found by bisection. The distribution
    `exp(-exp(-(y - a) / b))` has its median and its distance between quartiles.

    Args:
        mean: `n` means.
        sd: `n` standard deviations.
        levels: `k` probabilities, within 0 and 1.
    """
    targets = torch.tensor(_QUARTILES).to(mean)
    reach = 10.0 * sd.max()
    low = ((mean - reach).max()).expand(len(targets)).clone()
    high = ((mean + reach).max()).expand(len(targets)).clone()
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        logs = torch.special.log_ndtr((middle.unsqueeze(-1) - mean) / sd).sum(-1)
        is_below = logs < targets.log()
        low, high = torch.where(is_below, middle, low), torch.where(is_below, high, middle)
    first, median, third = 0.5 * (low + high)
    standard = -(-targets.log()).log()
    scale = (third - first) / (standard[2] - standard[0])
    quantiles: Tensor = median + scale * (-(-levels.log()).log() - standard[1])
    return quantiles
