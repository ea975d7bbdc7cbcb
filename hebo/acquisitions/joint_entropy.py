"""Joint entropy search: what an observation tells about where the maximum is and how large, at once."""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import CROSS_COVARIANCE, Ability
from hebo.acquisitions.covariances import cross_covariances, known_points, noise_variances
from hebo.acquisitions.joint_draws import JointDraws, support_points
from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.linalg import log_phi

_LEAST = 1e-300
"""Stands for no information: its logarithm is finite."""

_MOST = 1 - 1e-9
"""Largest share of a variance that knowledge of the maximum removes."""

_LEAST_SHARE = 1e-9
"""Least variance of a maximum that counts, in units of that of the point asked about."""


class JointEntropy(Acquisition):
    """Log information of an observation about the maximum, `(x*, f*)` (JES; Hvarfner et al., 2206.04771).

    It is the logarithm of the lower bound of Tu et al. (2210.02905),
    `0.5 log(s^2 + noise) - mean_k 0.5 log(t_k^2 + noise)`, over draws `(x*_k, f*_k)`. `t_k^2` is the variance
    of `f(x)` in a process that is conditioned on `f(x*_k) = f*_k`, without noise, and of which values above
    `f*_k` are left out: a truncated normal distribution, whose moments have a closed form. One further
    observation changes means and variances by a multiple of the covariance with it, so that no model is
    conditioned and thousands of points cost little.

    The observation has noise, as in both papers. Where there is next to none, a point near a likely maximum
    tells very much; `max_value_entropy` asks about the value without noise, and about `f*` alone.

    The draws are joint ones at the support points, and the maximum of each is sought near the best of these;
    see `hebo.acquisitions.joint_draws`. They are the same for all points of an ask.

    Attributes:
        n_samples: Draws of the maximum.
        n_points: Support points spread over the domain; evaluated and pending ones join them.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset({CROSS_COVARIANCE})

    n_samples: int = Field(default=16, ge=1)
    n_points: int = Field(default=256, ge=1)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in logarithms of nats.

        A BoTorch model without `cross` is asked for joint posteriors.
        """
        model = models.objective
        support = support_points(known_points(models, data), domain, self.n_points, generator=generator)
        draws = JointDraws(model, support, self.n_samples, generator=generator)
        best, largest = draws.maxima(domain, generator=generator)
        with torch.no_grad():
            there = marginals(model, best.unsqueeze(-2))
            surprise, variance_there = largest - there.mean, there.sd.square()
        noise = noise_variances(model, data)

        def value(x: Tensor) -> Tensor:
            here = marginals(model, x)
            mean, variance = here.mean.unsqueeze(-1), here.sd.square().unsqueeze(-1)
            covariance = cross_covariances(model, x.squeeze(-2), best)
            gain = covariance / torch.maximum(variance_there, _LEAST_SHARE * variance)
            known = (gain * covariance / variance).clamp(0, _MOST)
            left = variance * (1 - known)
            u = (largest - mean - gain * surprise) / left.sqrt()
            share = known + (1 - known) * truncated_share(u)
            total = (variance + noise(x.squeeze(-2)).reshape(-1, 1)).expand_as(left)
            information = -0.5 * torch.log1p(-(variance / total) * share.clamp_max(_MOST))
            return information.clamp_min(_LEAST).log().logsumexp(-1, True) - math.log(self.n_samples)

        return value


def truncated_share(u: Tensor) -> Tensor:
    """Return `r (u + r)` with `r = phi(u) / Phi(u)`, elementwise; differentiable.

    It is the share of its variance that a standard normal value loses when it is known to be below `u`:
    between one, far below zero, and none.
    """
    near = u.clamp(-1e4, 1e4)
    ratio = (log_phi(near) - torch.special.log_ndtr(near)).exp()
    share: Tensor = (ratio * (near + ratio)).clamp(0, _MOST)
    return share
