"""Portfolio of starting points: few points of which one is good for each of many earlier tasks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from hebo.design_space.domains.domain import Domain


def portfolio(candidates: Tensor, ranked: Sequence[Tensor], n: int, space: Domain) -> Tensor:
    """Return `n` of the candidates, chosen greedily to be good for all tasks together.

    A candidate is as good for a task as the observation there that is nearest to it: its rank, as a share of
    all. Each next one is that with which the best share of each task, on average over tasks, is least
    (Wistuba, Schilling and Schmidt-Thieme, "Sequential model-free hyperparameter tuning", 2015; here with
    ranks of the nearest observations, so that tasks need not share their points).

    Args:
        candidates: `c x d` points.
        ranked: `f x d` observations of each task, best first, at least one of each.
        n: How many at most.
        space: Gives ranges and categorical columns.
    """
    shares = torch.stack([_nearest(candidates, task, space) / len(task) for task in ranked], 1)
    best = torch.ones_like(shares[0])
    chosen: list[int] = []
    for _ in range(min(n, len(candidates))):
        mean = torch.minimum(shares, best).mean(1)
        mean[chosen] = torch.inf
        chosen.append(int(mean.argmin()))
        best = torch.minimum(best, shares[chosen[-1]])
    return candidates[chosen]


def _nearest(x: Tensor, others: Tensor, space: Domain) -> Tensor:
    """Return the place of the nearest of `others` to each point, `c`; categories are 1 apart."""
    categorical = sorted(space.categorical_dims)
    ordered = [column for column in range(x.shape[1]) if column not in space.categorical_dims]
    lower, upper = space.bounds.to(x)[:, ordered]
    width = torch.where(upper > lower, upper - lower, 1.0)
    apart = torch.cdist(x[:, ordered] / width, others[:, ordered] / width) ** 2
    for column in categorical:
        apart = apart + (x[:, column, None] != others[None, :, column])
    return apart.argmin(1).to(x)
