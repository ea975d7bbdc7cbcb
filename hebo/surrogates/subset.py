"""Choosing the observations that hyperparameters are fitted to."""

from __future__ import annotations

import torch
from torch import Generator, Tensor


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
