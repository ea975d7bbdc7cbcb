"""Noisy expected improvement, over values at evaluated points that are not known exactly."""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from botorch.models.model import Model
from botorch.utils.sampling import draw_sobol_normal_samples
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import CROSS_COVARIANCE, Ability
from hebo.acquisitions.covariances import cross_covariances, joint_moments, known_points
from hebo.acquisitions.marginals import NormalMarginals, marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.linalg import safe_cholesky
from hebo.random import draw_seed

_NUGGET = 1e-8
"""Added to covariances, in units of the mean variance: values next to one another are nearly equal."""

_MIN_SHARE = 1e-9
"""Least share of the variance of a point that is left when the values at the evaluated points are known."""


class LogNoisyEI(Acquisition):
    """Log noisy expected improvement (Letham et al., 1706.07094), `log E[max(f(x) - max_i f(x_i), 0)]`.

    With noise it is not known which evaluated point is the best, nor how good it is. Values at the evaluated
    points are drawn jointly from the posterior; given these the improvement over their largest one has a
    closed form, which is averaged over the draws. Without noise it is `log_ei`. An evaluated point improves
    on nothing, however noisy.

    Attributes:
        n_samples: Draws; quasi-random, the same for all points of an ask.
        n_evaluated: Most evaluated and pending points whose values are drawn: those with the largest upper
            confidence bounds, `mu + 2 s`.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset({CROSS_COVARIANCE})

    n_samples: int = Field(default=16, ge=1)
    n_evaluated: int = Field(default=64, ge=1)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in nats.

        A BoTorch model without `cross` is asked for joint posteriors.
        """
        model = models.objective
        points = self._may_be_best(model, known_points(models, data))
        factor, z, best = self._draws(model, points, generator)

        def value(x: Tensor) -> Tensor:
            prior = marginals(model, x)
            whitened = torch.linalg.solve_triangular(
                factor.mT, cross_covariances(model, x.squeeze(-2), points), upper=True, left=False
            )
            variance = prior.sd.square()
            left = torch.maximum(variance - whitened.square().sum(-1), _MIN_SHARE * variance)
            mean = prior.mean.unsqueeze(-1) + whitened @ z.mT
            improvement: Tensor = NormalMarginals(mean, left.sqrt().unsqueeze(-1)).log_ei(best)
            return improvement.logsumexp(-1, keepdim=True) - math.log(self.n_samples)

        return value

    @torch.no_grad()
    def _may_be_best(self, model: Model, points: Tensor) -> Tensor:
        """Return those of the known points that may be the best, `m x d`."""
        bounds = marginals(model, points.unsqueeze(-2)).ucb(2.0)
        best: Tensor = points[bounds.topk(min(self.n_evaluated, len(points))).indices]
        return best

    @torch.no_grad()
    def _draws(self, model: Model, points: Tensor, generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Return a factor of the covariance, `m x m`, normal numbers, `s x m`, and largest values, `s`."""
        mean, covariance = joint_moments(model, points)
        nugget = _NUGGET * covariance.diagonal().mean() * torch.eye(len(points)).to(covariance)
        factor = safe_cholesky(covariance + nugget)
        seed = draw_seed(generator)
        z = draw_sobol_normal_samples(len(points), self.n_samples, dtype=torch.float64, seed=seed).to(mean)
        return factor, z, (mean + z @ factor.mT).amax(-1)
