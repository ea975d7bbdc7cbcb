"""Centers of regions: the incumbent, or the front of several objectives."""

from __future__ import annotations

from typing import Any

import torch
from botorch.models.model import Model
from botorch.utils.multi_objective.pareto import is_non_dominated
from torch import Generator, Tensor

from hebo.base import FittedModels
from hebo.data import Data


def incumbents(data: Data) -> Tensor:
    """Return the best observed point, or the whole front of several objectives, `k x d`."""
    if data.y.shape[1] == 1 or not bool(data.competing.any()):
        return data.best.unsqueeze(0)
    return data.x[data.pareto]


@torch.no_grad()
def most_promising(models: FittedModels, x: Tensor, *, generator: Generator) -> Tensor:
    """Return the point, `d`, of the largest posterior mean; of several objectives one of the front of means.

    Args:
        models: One of each objective.
        x: `n x d` points to choose from.
        generator: Chooses among the front.
    """
    means = torch.stack([_means(model, x) for model in models.objectives], dim=-1)
    if means.shape[1] == 1:
        return x[int(means[:, 0].argmax())]
    front = is_non_dominated(means, deduplicate=False).nonzero()[:, 0]
    return x[front[int(torch.randint(len(front), (1,), generator=generator))]]


def _means(model: Model, x: Tensor) -> Tensor:
    posterior: Any = model.posterior(x.unsqueeze(-2))  # BoTorch's base class does not declare a mean
    means: Tensor = posterior.mean.reshape(-1)
    return means
