"""Improvement of several points together, on a log scale, as BoTorch computes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import torch
from botorch.acquisition.logei import qLogExpectedImprovement, qLogNoisyExpectedImprovement
from botorch.acquisition.objective import PosteriorTransform
from botorch.acquisition.utils import prune_inferior_points
from botorch.posteriors.gpytorch import GPyTorchPosterior
from botorch.posteriors.posterior import Posterior
from botorch.sampling.normal import SobolQMCNormalSampler
from gpytorch.distributions import MultivariateNormal
from pydantic import Field
from torch import Generator, Size, Tensor

from hebo.abilities import JOINT_NORMAL, JOINT_VALUES, Ability
from hebo.acquisitions.covariances import known_points
from hebo.acquisitions.marginals import incumbent_mean
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.linalg import floored
from hebo.random import draw_seed


class BatchImprovement(Acquisition, ABC):
    """Log improvement of the best of `q` points, averaged over joint draws (Ament et al., 2310.20708).

    It is not weighted by probabilities of success or of constraints: these are of single points, and a batch
    in which one point fails is not lost.

    Attributes:
        n_samples: Draws; quasi-random, the same for all batches of an ask.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset({JOINT_NORMAL})
    gives: ClassVar[frozenset[Ability]] = frozenset({JOINT_VALUES})
    is_weightable: ClassVar[bool] = False

    n_samples: int = Field(default=128, ge=1)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x q x d` points to `b x 1` values, in nats."""
        sampler = SobolQMCNormalSampler(Size([self.n_samples]), seed=draw_seed(generator))
        improvement = self._improvement(models, data, sampler, generator)

        def value(x: Tensor) -> Tensor:
            values: Tensor = improvement(x)
            return values.unsqueeze(-1)

        return value

    @abstractmethod
    def _improvement(
        self, models: FittedModels, data: Data, sampler: SobolQMCNormalSampler, generator: Generator
    ) -> Any:
        """Return BoTorch's acquisition, from `b x q x d` points to `b` values."""


class QLogEI(BatchImprovement):
    """`log E[max_j max(f(x_j) - tau, 0)]` over the largest posterior mean `tau` at an evaluated point."""

    def _improvement(
        self, models: FittedModels, data: Data, sampler: SobolQMCNormalSampler, generator: Generator
    ) -> qLogExpectedImprovement:
        model = models.objective
        best = incumbent_mean(model, data)
        return qLogExpectedImprovement(model, best, sampler, posterior_transform=Floored())


class QLogNEI(BatchImprovement):
    """`log E[max(max_j f(x_j) - max_i f(x_i), 0)]` over uncertain values at known points `x_i`.

    Values at evaluated and pending points are drawn together with those of the batch. Points that are hardly
    ever the best of the known ones are left out (BoTorch's `prune_inferior_points`).
    """

    def _improvement(
        self, models: FittedModels, data: Data, sampler: SobolQMCNormalSampler, generator: Generator
    ) -> qLogNoisyExpectedImprovement:
        model, smooth = models.objective, Floored()
        known = known_points(models, data)
        with torch.no_grad():
            own = SobolQMCNormalSampler(Size([_N_PRUNING]), seed=draw_seed(generator))
            kept = prune_inferior_points(model, known, posterior_transform=smooth, sampler=own)
        return qLogNoisyExpectedImprovement(
            model, kept, sampler, posterior_transform=smooth, prune_baseline=False, cache_root=False
        )


class Floored(PosteriorTransform):
    """The same predictions with a little noise, so that those of equal points have a factor."""

    def evaluate(self, Y: Tensor, X: Tensor | None = None) -> Tensor:
        """Return values as they are."""
        return Y

    def forward(self, posterior: Posterior, X: Tensor | None = None) -> GPyTorchPosterior:
        """Return predictions with floored variances; see `hebo.linalg.floored`."""
        found: Any = posterior
        normal = found.distribution
        return GPyTorchPosterior(MultivariateNormal(normal.mean, floored(normal.covariance_matrix)))


_N_PRUNING = 2048
