"""Posterior mean as a function to maximize, and the same with doubts about constraints and success."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.abilities import AdditiveModel
from hebo.acquisitions.constrained import log_feasibility
from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction, FittedModels

QUANTILE = 1.645
"""Standard deviations that a slack must be above zero, so that the constraint holds with probability 0.95."""

SHORTFALL_COST = 100.0
"""What a slack costs per unit that is lacking, both in standard deviations of the values observed."""

LIKELY_SUCCESSFUL = 0.5
"""Probability of success that is enough: labels are noisy where evaluations fail at random."""

FAILURE_COST = 10.0
"""Standard deviations of the objective that a probability of success costs, per factor e below that."""


class AdditiveMean:
    """The mean of an additive model as the sum of the means of its components, an `AdditiveAcq`.

    Args:
        model: Gives the moments of the components.
    """

    def __init__(self, model: AdditiveModel) -> None:
        self._model = model

    @property
    def cliques(self) -> Sequence[tuple[int, ...]]:
        """The columns that each component depends on."""
        return self._model.cliques

    def components(self, index: int, points: Tensor) -> Tensor:
        """Return the mean of component `index` (`p`) at points of its own columns, `p x |c|`."""
        return self._model.component(index, points)[0]

    def __call__(self, x: Tensor) -> Tensor:
        """Return the sum of the components, `b x 1`, at `b x 1 x d` points."""
        points = x.squeeze(-2)
        parts = [self.components(index, points[:, list(one)]) for index, one in enumerate(self.cliques)]
        return torch.stack(parts).sum(0).unsqueeze(-1)


def posterior_mean(model: Model) -> AcqFunction:
    """Return the posterior mean, from `b x 1 x d` points to `b x 1` values in units of the modeled `y`."""
    if isinstance(model, AdditiveModel):
        return AdditiveMean(model)
    return lambda x: marginals(model, x).mean.unsqueeze(-1)


def reliable_mean(models: FittedModels) -> AcqFunction:
    """Return the posterior mean, less a steep penalty where a constraint or success is in doubt.

    `mu(x) - w sum_j max(0, 1.645 s_j(x) - mu_j(x))` with the means and deviations of the slacks: the rule of
    Hernandez-Lobato et al. (1502.05312, section 5), the largest mean where each constraint holds with a
    probability of 0.95, with a penalty in place of the limit. So there is an answer where no point is so
    likely, the one that lacks least. Logs of tiny probabilities would favor uncertain points there. Success
    is wanted with a probability of `LIKELY_SUCCESSFUL`.

    Args:
        models: Of one objective, on the CPU or elsewhere.

    Returns:
        A function from `b x 1 x d` points on the CPU to `b x 1` values.
    """
    mean = posterior_mean(models.objective)
    if models.device.type == "cpu" and not models.constraints and models.success is None:
        return mean  # as it is, for it may offer more than values

    def reliable(x: Tensor) -> Tensor:
        there = x.to(models.device)
        return (mean(there) - _penalty(models, there).unsqueeze(-1)).to(x.device)

    return reliable


def feasibility(models: FittedModels, x: Tensor) -> Tensor:
    """Return the probability that all measured constraints hold, `b`, at `b x 1 x d` points."""
    if not models.constraints:
        return x.new_ones(len(x))
    return log_feasibility(models.constraints, x.to(models.device)).exp().to(x.device)


def _penalty(models: FittedModels, x: Tensor) -> Tensor:
    """Return what doubts cost, `b`, in standard deviations of the objective."""
    cost = x.new_zeros(len(x))
    for model in models.constraints:
        cost = cost + SHORTFALL_COST * (-marginals(model, x).ucb(-QUANTILE)).clamp_min(0.0)
    if models.success is not None:
        lacking = math.log(LIKELY_SUCCESSFUL) - models.success.log_probability(x)
        cost = cost + FAILURE_COST * lacking.clamp_min(0.0)
    return cost
