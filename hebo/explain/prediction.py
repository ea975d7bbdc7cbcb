"""Predictions of points as tables: mean, standard deviation and interval of all that is measured."""

from __future__ import annotations

import pandas as pd
import torch
from torch import Tensor

from hebo.explain.outcome_model import OutcomeModel, OutcomeModels
from hebo.outcomes import Outcomes

FEASIBLE, SUCCESS = "probability_feasible", "probability_success"


def predictions(
    models: OutcomeModels, outcomes: Outcomes, x: Tensor, *, observation_noise: bool
) -> dict[str, Tensor]:
    """Return column -> `n` values at `n x d` points; see `Optimizer.predict`."""
    found: dict[str, Tensor] = {}
    for name, model in named_models(models, outcomes).items():
        found |= moments_of(name, model, x, observation_noise=observation_noise)
    for limit, model in zip(outcomes.constraints, models.constraints, strict=True):
        found[f"{limit.name}_probability"] = model.probability(x, limit.lb, limit.ub)
    if models.constraints:
        each = [found[f"{limit.name}_probability"] for limit in outcomes.constraints]
        found[FEASIBLE] = torch.stack(each).prod(0)
    if models.success is not None:
        found[SUCCESS] = success_probability(models, x)
    return found


@torch.no_grad()
def success_probability(models: OutcomeModels, x: Tensor) -> Tensor:
    """Return the probability that evaluations succeed, `n`; 1 where none has failed."""
    if models.success is None:
        return torch.ones(len(x), dtype=x.dtype)
    points = x.to(models.objectives[0].device).unsqueeze(-2)
    return models.success.log_probability(points).exp().cpu()


def named_models(models: OutcomeModels, outcomes: Outcomes) -> dict[str, OutcomeModel]:
    """Return name -> model of all that is measured."""
    return dict(zip(outcomes.names, (*models.objectives, *models.constraints), strict=True))


def moments_of(name: str, model: OutcomeModel, x: Tensor, *, observation_noise: bool) -> dict[str, Tensor]:
    """Return the four columns of one quantity."""
    mean, sd = model.moments(x, observation_noise=observation_noise)
    low, high = model.interval(x, observation_noise=observation_noise)
    return {f"{name}_mean": mean, f"{name}_sd": sd, f"{name}_low": low, f"{name}_high": high}


def frame_of(columns: dict[str, Tensor], index: pd.Index) -> pd.DataFrame:
    """Return columns as a frame."""
    return pd.DataFrame({name: values.numpy() for name, values in columns.items()}, index=index)
