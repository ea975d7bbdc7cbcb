"""Discrete hill climbing, steepest ascent: all neighbours of all points are valued in one call a round.

Notation: `k` climbing points, `n` valued points, `d` columns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Generator, Tensor

Scores = Callable[[Tensor, Tensor], Tensor]
"""Points (`n x d`) and the climbing point that each belongs to (`n`) -> `n` values, larger is better."""


class Neighborhood(Protocol):
    """Says what the neighbours of points are."""

    def of(self, x: Tensor, *, generator: Generator) -> tuple[Tensor, Tensor]:
        """Return feasible neighbours (`n x d`) of the rows of `x` (`k x d`), and the row of each (`n`)."""


def best_neighbors(
    scores: Scores, neighbors: Neighborhood, x: Tensor, *, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Return the best neighbour of each row of `x` (`k x d`), and its value (`k`).

    A row without neighbours is returned with the value minus infinity.
    """
    points, owners = neighbors.of(x, generator=generator)
    best = torch.full((len(x),), -torch.inf, dtype=torch.float64)
    if not len(owners):
        return x, best
    values = scores(points, owners)
    best = best.scatter_reduce(0, owners, values, "amax")
    places = torch.arange(len(owners)).masked_fill(values < best[owners], len(owners))
    first = torch.full((len(x),), len(owners)).scatter_reduce(0, owners, places, "amin")
    has_any = (first < len(owners)).unsqueeze(1)
    return torch.where(has_any, points[first.clamp_max(len(owners) - 1)], x), best


def climb(
    scores: Scores, neighbors: Neighborhood, x: Tensor, *, n_rounds: int, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Move each point to its best neighbour, again and again, while that is a gain.

    Args:
        scores: What is maximised.
        neighbors: Says what the neighbours are.
        x: `k x d` feasible points.
        n_rounds: Most moves of one point.
        generator: Chooses neighbours where only a part of them is looked at.

    Returns:
        The points reached (`k x d`), and all points passed on the way, first and last ones included.
    """
    x, rows = x.clone(), torch.arange(len(x))
    best, passed = scores(x, rows), [x.clone()]
    for _ in range(n_rounds):
        points, values = best_neighbors(
            lambda trials, owners, rows=rows: scores(trials, rows[owners]),  # type: ignore[misc]
            neighbors,
            x[rows],
            generator=generator,
        )
        gains = values > best[rows] + 1e-12 * best[rows].abs()
        rows = rows[gains]
        if not len(rows):
            break
        x[rows], best[rows] = points[gains], values[gains]
        passed.append(points[gains])
    return x, torch.cat(passed)
