"""One-shot knowledge gradient: a point and what would be recommended after it, optimized together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from botorch.models.model import Model
from botorch.utils.sampling import draw_sobol_normal_samples
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import CROSS_COVARIANCE, JOINT_NORMAL, ONE_SHOT, Ability
from hebo.acquisitions.covariances import cross_covariances, joint_moments, known_points, noise_variances
from hebo.acquisitions.joint_draws import support_points
from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.random import draw_seed


class OneShotKG(Acquisition):
    """Knowledge gradient with fantasies, in the one-shot form (Balandat et al., 1910.06403, section 4.2).

    Fantasies are quasi-random observations at `x`; each moves the posterior means. The value is the largest
    mean under a fantasy, averaged over the fantasies, less the largest mean now. A maximization inside of
    another one is avoided by making the maximizers `x'_j` of all fantasies variables beside `x`:
    `mean_j mu_j(x'_j)` is maximized over all of them at once, by the batch rule `one_shot`.

    At single points, as any other search sees it, each fantasy takes the best of `n_points` spread points,
    the evaluated ones and `x`. That is `knowledge_gradient` with a mean over fantasies in place of the exact
    expectation, so that without the batch rule that one is better. Weights of constraints and failures have
    no place in the joint form; both are refused.

    Attributes:
        n_fantasies: Observations that are imagined at `x`.
        n_points: Points spread over the domain.
    """

    example_around: ClassVar[dict[str, Any]] = {"batch": "one_shot"}
    needs: ClassVar[frozenset[Ability]] = frozenset({CROSS_COVARIANCE, JOINT_NORMAL})
    gives: ClassVar[frozenset[Ability]] = frozenset({ONE_SHOT})
    is_weightable: ClassVar[bool] = False

    n_fantasies: int = Field(default=16, ge=1)
    n_points: int = Field(default=64, ge=1)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points, or `b x (1 + n_fantasies) x d`, to `b x 1` values.

        They are in units of the modeled `y`. Of several joint points the first is `x`, and the others are
        the maximizers of the fantasies.
        """
        model = models.objective
        points = support_points(known_points(models, data), domain, self.n_points, generator=generator)
        with torch.no_grad():
            means = marginals(model, points.unsqueeze(-2)).mean
        seed = draw_seed(generator)
        z = draw_sobol_normal_samples(1, self.n_fantasies, dtype=torch.float64, seed=seed)[:, 0]
        return _OneShot(model, noise_variances(model, data), points, means, z.to(means))


@dataclass(frozen=True)
class _OneShot:
    """The function; see `OneShotKG` and `hebo.abilities.OneShotAcq`.

    Attributes:
        model: Of the objective.
        noise: Variance of an observation, given its noise, as a function of points.
        points: `m x d` points that maximizers are chosen from.
        means: `m`, there.
        z: The standardized fantasies.
    """

    model: Model
    noise: Callable[[Tensor], Tensor]
    points: Tensor
    means: Tensor
    z: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """Return values, `b x 1`."""
        best = self._of_maximizers(x) if x.shape[-2] > 1 else self._of_points(x)[0]
        return best.mean(-1, keepdim=True) - self.means.max()

    @torch.no_grad()
    def augmented(self, x: Tensor) -> Tensor:
        """Return points (`k x d`), each with the best known maximizer for each fantasy."""
        places = self._of_points(x.unsqueeze(-2))[1]
        choices = torch.cat([self.points.expand(len(x), -1, -1), x.unsqueeze(-2)], -2)
        maximizers = choices.gather(1, places.unsqueeze(-1).expand(-1, -1, x.shape[-1]))
        return torch.cat([x.unsqueeze(-2), maximizers], -2)

    def _of_points(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the largest mean under each fantasy, `b x n_fantasies`, and which point it is at."""
        own, flat = marginals(self.model, x), x.squeeze(-2)
        variance = own.sd.square()
        covariances = cross_covariances(self.model, flat, self.points)
        slopes = torch.cat([covariances, variance.unsqueeze(-1)], -1)
        slopes = slopes / (variance + self.noise(flat)).sqrt().unsqueeze(-1)
        heights = torch.cat([self.means.expand(len(x), -1), own.mean.unsqueeze(-1)], -1)
        best, places = (heights.unsqueeze(-2) + self.z.unsqueeze(-1) * slopes.unsqueeze(-2)).max(-1)
        return best, places

    def _of_maximizers(self, x: Tensor) -> Tensor:
        """Return the mean under each fantasy at its maximizer, `b x n_fantasies`."""
        mean, covariance = joint_moments(self.model, x)
        observed = covariance[..., 0, 0] + self.noise(x[..., 0, :])
        moved: Tensor = mean[..., 1:] + self.z * covariance[..., 1:, 0] / observed.sqrt().unsqueeze(-1)
        return moved
