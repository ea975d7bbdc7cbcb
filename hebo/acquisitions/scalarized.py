"""Random scalarization (ParEGO): several objectives as one, by an augmented Chebyshev function.

Notation: `b` points, `s` samples, `m` objectives; larger is better.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from botorch.utils.sampling import draw_sobol_normal_samples
from torch import Generator, Tensor
from torch.nn.functional import logsigmoid, softplus

from hebo.abilities import Marginals
from hebo.acquisitions.fronts import MANY, front_of, mean_values
from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.random import draw_seed

N_SAMPLES = 128
"""Normal draws, the same ones at every point, so that the surface is smooth."""

AUGMENTATION = 0.05
"""Share of the weighted sum, so that points which another one dominates lose (Knowles, 2006)."""

_BLUR = 1e-2
"""Width, in units of the scalarized value, over which an improvement sets in; without it slopes vanish."""


@dataclass(frozen=True)
class Chebyshev:
    """`min_j w_j z_j + rho sum_j w_j z_j`, with each objective as a share `z` of the range of the front.

    Attributes:
        weights: `m`, nonnegative, with sum 1.
        worst: `m` values where `z` is 0.
        width: `m` ranges.
        draws: `s x m` standard normal numbers.
    """

    weights: Tensor
    worst: Tensor
    width: Tensor
    draws: Tensor

    def of(self, values: Tensor) -> Tensor:
        """Return the scalarization of `... x m` values."""
        weighted = self.weights * (values - self.worst) / self.width
        return weighted.amin(-1) + AUGMENTATION * weighted.sum(-1)

    def marginals(self, predictions: Sequence[Marginals]) -> SampledMarginals:
        """Return predictions of the scalarization from those of all objectives, at `b` points."""
        mean = torch.stack([one.mean for one in predictions], dim=-1)
        sd = torch.stack([one.sd for one in predictions], dim=-1)
        return SampledMarginals(self.of(mean.unsqueeze(-2) + sd.unsqueeze(-2) * self.draws))


class SampledMarginals:
    """Predictions by samples; see `hebo.abilities.Marginals`.

    Args:
        samples: `b x s`.
    """

    def __init__(self, samples: Tensor) -> None:
        self.samples = samples
        self.mean = samples.mean(-1)
        self.sd = samples.std(-1).clamp_min(1e-10)

    def log_ei(self, tau: Tensor | float) -> Tensor:
        """`log E[max(f - tau, 0)]`, its corner blurred as a softplus."""
        u = (self.samples - tau) / _BLUR
        # log softplus, exact where it underflows: softplus(u) ~ exp(u) far below 0.
        log_excess = torch.where(u > -20, torch.log(softplus(u.clamp_min(-20))), u)
        return log_excess.logsumexp(-1) + math.log(_BLUR / self.samples.shape[-1])

    def log_pi(self, tau: Tensor | float) -> Tensor:
        """`log P[f > tau]`, its step blurred as a sigmoid."""
        u = (self.samples - tau) / _BLUR
        return logsigmoid(u).logsumexp(-1) - math.log(self.samples.shape[-1])

    def ucb(self, kappa: float) -> Tensor:
        """`mu + kappa s`."""
        return self.mean + kappa * self.sd

    def shifted(self, by: Tensor) -> SampledMarginals:
        """Return the predictions of `f + by`."""
        return SampledMarginals(self.samples + by)


def random_chebyshev(means: Tensor, *, generator: Generator, number: int) -> Chebyshev:
    """Return a scalarization with random weights, uniform on the simplex.

    Args:
        means: `n x m` values; the range of their front is the unit.
        generator: Source of weights and normal draws.
        number: Which weights in a row from this generator: points of a batch have different ones.
    """
    m = means.shape[1]
    drawn = -torch.rand(number + 1, m, generator=generator, dtype=torch.float64).clamp_min(1e-12).log()
    front = front_of(means)
    worst, best = front.amin(0), front.amax(0)
    spread = means.std(0).nan_to_num(1.0).clamp_min(1e-9)
    width = torch.where(best > worst, best - worst, spread)
    draws = draw_sobol_normal_samples(m, N_SAMPLES, dtype=torch.float64, seed=draw_seed(generator))
    return Chebyshev((drawn[number] / drawn[number].sum()).to(means), worst, width, draws.to(means))


class Scalarized(Acquisition):
    """Log expected improvement of an augmented Chebyshev function with random weights (Knowles, 2006).

    ParEGO models the scalarized values. Here each objective has a model of its own, and what is improved on
    is the best scalarized posterior mean. New weights are drawn for each point.
    """

    max_outputs: ClassVar[int] = MANY

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in nats."""
        means = mean_values(models, data)
        combined = random_chebyshev(means, generator=generator, number=len(models.pending))
        threshold = combined.of(means).max()

        def value(x: Tensor) -> Tensor:
            predictions = [marginals(model, x) for model in models.objectives]
            return combined.marginals(predictions).log_ei(threshold).unsqueeze(-1)

        return value
