"""Knowledge gradient of single points, exact over a finite set of points."""

from __future__ import annotations

from typing import ClassVar

import torch
from botorch.models.model import Model
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import CROSS_COVARIANCE, Ability
from hebo.acquisitions.covariances import cross_covariances, known_points, noise_variances
from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.linalg import log_expected_excess

NOTHING = -1e12
"""Stands for the logarithm of zero: the value of a point that can change no mean."""


class KnowledgeGradient(Acquisition):
    """Log knowledge gradient: how much an observation raises the largest posterior mean, in expectation.

    An observation at `x` moves the means by `s(a, x) Z`, where `s(a, x) = cov(a, x) / sqrt(var(x) + noise)`
    and `Z` is standard normal (Frazier et al., 2009). The value is
    `log(E[max_a (mu(a) + s(a, x) Z)] - max_a mu(a))` over a finite set of points `a`, which holds `x` itself
    (Scott et al., 2011), evaluated and pending points and points spread over the domain. It is exact, the
    expected maximum of lines; see `log_expected_rise`. On a log scale because it is next to zero in most of
    a space. Under a model that is not a Gaussian process, such as a forest, the formula is that of a process
    with the same means and covariances.

    Attributes:
        n_points: Points spread over the domain. As many evaluated and pending ones join, those of the largest
            means.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset({CROSS_COVARIANCE})

    n_points: int = Field(default=64, ge=1)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in nats.

        A BoTorch model without `cross` is asked for joint posteriors.
        """
        model = models.objective
        spread = domain.sample(self.n_points, generator=generator).to(data.x)
        points, means = self._with_known(spread, model, known_points(models, data))
        noise = noise_variances(model, data)

        def value(x: Tensor) -> Tensor:
            own = marginals(model, x)
            variance = own.sd.square()
            own_mean, flat = own.mean.unsqueeze(-1), x.squeeze(-2)
            covariances = torch.cat([cross_covariances(model, flat, points), variance.unsqueeze(-1)], -1)
            slopes = covariances / (variance + noise(flat)).sqrt().unsqueeze(-1)
            heights = torch.cat([means.expand(len(x), -1), own_mean], -1)
            return log_expected_rise(heights, slopes).unsqueeze(-1)

        return value

    @torch.no_grad()
    def _with_known(self, spread: Tensor, model: Model, known: Tensor) -> tuple[Tensor, Tensor]:
        """Return the set of points, `m x d`, and their means, `m`."""
        means = marginals(model, known.unsqueeze(-2)).mean
        best = means.topk(min(self.n_points, len(means))).indices
        of_spread = marginals(model, spread.unsqueeze(-2)).mean
        return torch.cat([known[best], spread]), torch.cat([means[best], of_spread])


def log_expected_rise(heights: Tensor, slopes: Tensor) -> Tensor:
    """Return `log(E[max_i (a_i + b_i Z)] - max_i a_i)` of lines, for standard normal `Z`; differentiable.

    Of the lines on the upper envelope, in the order of their slopes and with crossings at `c_i`, it is
    `log sum_i (b_{i+1} - b_i) h(-|c_i|)` with `h(u) = phi(u) + u Phi(u)` (Frazier et al.,
    2009). All terms are positive, so that small values keep their digits.

    Args:
        heights: `a`, `... x m`.
        slopes: `b`, `... x m`.

    Returns:
        `...` values; `NOTHING` where one line is the largest everywhere.
    """
    order = upper_envelope(heights, slopes)
    a, b = heights.gather(-1, order), slopes.gather(-1, order)
    rise = b.diff(dim=-1)
    is_crossing = rise > 0
    rise = torch.where(is_crossing, rise, 1.0)
    crossing = torch.where(is_crossing, -a.diff(dim=-1), 0.0) / rise
    terms = rise.log() + log_expected_excess(-crossing.abs())
    terms = torch.where(is_crossing, terms.clamp_min(NOTHING), NOTHING)
    nothing = torch.full_like(terms[..., :1], NOTHING) if terms.shape[-1] else heights[..., :1] * 0 + NOTHING
    return torch.cat([terms, nothing], -1).logsumexp(-1)


@torch.no_grad()
def upper_envelope(heights: Tensor, slopes: Tensor) -> Tensor:
    """Return which lines are the largest somewhere, in the order of their slopes.

    It goes along the envelope from line to line, for all sets of lines at once: at most `m` steps, and as
    many as the longest envelope has lines.

    Args:
        heights: `a`, `... x m`.
        slopes: `b`, `... x m`.

    Returns:
        `... x k` numbers of lines; the last one is repeated where an envelope has fewer than others.
    """
    least = slopes == slopes.amin(-1, keepdim=True)
    here = torch.where(least, heights, -torch.inf).argmax(-1, keepdim=True)
    order = [here]
    for _ in range(heights.shape[-1] - 1):
        rise = slopes - slopes.gather(-1, here)
        is_steeper = rise > 0
        crossings = (heights.gather(-1, here) - heights) / torch.where(is_steeper, rise, 1.0)
        nearest, line = torch.where(is_steeper, crossings, torch.inf).min(-1, keepdim=True)
        is_last = torch.isposinf(nearest)
        if bool(is_last.all()):
            break
        here = torch.where(is_last, here, line)
        order.append(here)
    return torch.cat(order, -1)
