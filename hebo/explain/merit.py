"""Merit of points under outcome models: predicted objectives, less a penalty for doubts.

It is the rule by which a single point is recommended (`hebo.acquisitions.posterior_mean`).
"""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.explain.outcome_model import OutcomeModel, OutcomeModels, normal_scores
from hebo.explain.prediction import success_probability
from hebo.outcomes import Constraint, Objective, Outcomes

_QUANTILE = 1.645
"""Standard deviations within a limit, so that it holds with a probability of 0.95."""

_SHORTFALL_COST = 100.0
"""Ranges of an objective that a shortfall of one deviation of the observed constraint costs."""

_FAILURE_COST = 10.0
"""Ranges of an objective that a failure costs for sure, where it is likelier than a success."""


def merits(models: OutcomeModels, outcomes: Outcomes, x: Tensor) -> Tensor:
    """Return what is to be large, `n x m`, at `n x d` points: medians of objectives, less the penalty.

    They are in units of the observed ranges.

    Args:
        models: Of what is measured.
        outcomes: With the goals as they were stated.
        x: Where.
    """
    lost = penalty(models, outcomes, x)
    columns = []
    for one, model in zip(outcomes.objectives, models.objectives, strict=True):
        values = model.values(_scores(model, one, x), x)
        columns.append(-one.minimized(values) / max(model.range, 1e-300) - lost)
    return torch.stack(columns, -1)


def _scores(model: OutcomeModel, objective: Objective, x: Tensor) -> Tensor:
    """Return mean scores, `n`: of the risk measure that chooses points, unless it is one of distances."""
    if model.measure is None or objective.goal == "target":
        return model.scores(x, observation_noise=False)[0]
    return normal_scores(model.measure, x.to(model.device), observation_noise=False)[0]


def penalty(models: OutcomeModels, outcomes: Outcomes, x: Tensor) -> Tensor:
    """Return what doubts about constraints and success cost, `n`, in ranges of the objective."""
    cost = torch.zeros(len(x), dtype=x.dtype)
    for limit, model in zip(outcomes.constraints, models.constraints, strict=True):
        cost = cost + _SHORTFALL_COST * _shortfall(limit, model, x)
    return cost + _FAILURE_COST * (0.5 - success_probability(models, x)).clamp_min(0.0)


def _shortfall(limit: Constraint, model: OutcomeModel, x: Tensor) -> Tensor:
    """Return by how much a quantity is less surely within its limits than wanted, in its deviations."""
    mean, sd = model.moments(x, observation_noise=False)
    beyond = torch.stack(limit.excesses(mean)).amax(0)
    return (beyond + _QUANTILE * sd).clamp_min(0.0) / abs(model.slope)
