"""Subset of data: the observations that hyperparameters are fitted to, and those that predictions use."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from hebo.data import Data
from hebo.design_space.domains.domain import Domain


def best_and_random(y: Tensor, limit: int, generator: Generator) -> Tensor:
    """Indices of at most `limit` of `n` observations: the best third of that number, and random ones.

    Args:
        y: `n` values, larger is better.
        limit: How many at most.
        generator: Draws the others.
    """
    if len(y) <= limit:
        return torch.arange(len(y))
    order = torch.argsort(y, descending=True).cpu()
    best, rest = order[: limit // 3], order[limit // 3 :]
    chosen = torch.randperm(len(rest), generator=generator)[: limit - len(best)]
    return torch.cat([best, rest[chosen]]).sort().values


def best_near_random(data: Data, space: Domain, limit: int, generator: Generator) -> Data:
    """Return at most `limit` observations: the best, those nearest to the best one, and others at random.

    An exact Gaussian process takes memory in proportion to the square, and time to the cube, of their number.
    The best ones and their surroundings say where to go on, random ones what is elsewhere. The distance is
    that of columns scaled to their ranges, in which any two categories are 1 apart.

    Args:
        data: `n` observations, larger is better.
        space: Gives ranges and categorical columns.
        limit: How many at most; fewer are returned as they are.
        generator: Draws the others.
    """
    n = len(data.x)
    if n <= limit:
        return data
    order = torch.argsort(data.y[:, 0], descending=True)
    left = order[limit // 3 :]
    near = _distances(data.x[left], data.x[order[:1]], space).argsort()[: limit // 3]
    is_chosen = torch.zeros(n, dtype=torch.bool)
    is_chosen[order[: limit // 3].cpu()] = True
    is_chosen[left[near].cpu()] = True
    others = (~is_chosen).nonzero()[:, 0]
    n_others = limit - int(is_chosen.sum())
    is_chosen[others[torch.randperm(len(others), generator=generator)[:n_others]]] = True
    return data.rows(is_chosen.to(data.x.device))


def _distances(x: Tensor, point: Tensor, space: Domain) -> Tensor:
    """Return the distance of each row of `x` (`n x d`) to a point (`1 x d`)."""
    lower, upper = space.bounds.to(x)
    apart = (x - point).abs() / (upper - lower).clamp_min(1e-300)
    for column in space.categorical_dims:
        apart[:, column] = (x[:, column] != point[:, column]).to(x)
    distance: Tensor = apart.square().sum(1)
    return distance


def one_of_each(y: Tensor, generator: Generator) -> Tensor:
    """Indices, ascending, of one random observation for each distinct value.

    Args:
        y: `n` values.
        generator: Chooses among those that share a value.
    """
    order = torch.randperm(len(y), generator=generator).to(y.device)
    values, group = y[order].unique(return_inverse=True)
    first = torch.full((len(values),), len(y), device=y.device)
    first = first.scatter_reduce(0, group, torch.arange(len(y), device=y.device), "amin")
    return order[first].sort().values
