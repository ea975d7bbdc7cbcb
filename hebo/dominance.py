"""Dominance order of value vectors: which of several rows is better, and when a front advanced.

Notation: `n` rows, `m` values; larger is better. One row dominates another if none of its values is smaller
and one is larger.
"""

from __future__ import annotations

import torch
from botorch.utils.multi_objective.pareto import is_non_dominated
from torch import Tensor


def pareto_merit(y: Tensor, counted: Tensor) -> Tensor:
    """Return a number for each row, `n`, larger for better ones: by front, and within a front by isolation.

    Fronts are peeled off one after the other; within one, rows are ordered by their crowding distance (Deb et
    al., 2002).

    Args:
        y: `n x m`.
        counted: `n` bool: rows that are ordered; the others come last.
    """
    merit = torch.full_like(y[:, 0], -torch.inf)
    rest, place = counted.clone(), int(counted.sum())
    while bool(rest.any()):
        rows = rest.nonzero()[:, 0]
        front = rows[is_non_dominated(y[rows], deduplicate=False)]
        order = front[crowding_distance(y[front]).argsort(descending=True, stable=True)]
        merit[order] = torch.arange(place, place - len(order), -1).to(merit)
        rest[front] = False
        place -= len(front)
    return merit


def crowding_distance(y: Tensor) -> Tensor:
    """Return the sum over the values of the gap between both neighbors, in units of the range; `n`.

    Infinite at the ends of a front.
    """
    total = torch.zeros_like(y[:, 0])
    for column in y.unbind(-1):
        order = column.argsort(stable=True)
        gaps = torch.full_like(column, torch.inf)
        gaps[1:-1] = column[order][2:] - column[order][:-2]
        width = column.max() - column.min()
        total[order] += gaps / (width if width > 0 else 1.0)
    return total


def front_advances(y: Tensor, counted: Tensor) -> Tensor:
    """Return for each counted row how many rows so far, itself included, advanced the front; -inf for others.

    A row advances the front if no earlier counted row is at least as good in every value.
    """
    advances = torch.full_like(y[:, 0], -torch.inf)
    earlier, n = y[:0], 0
    for row in counted.nonzero()[:, 0].tolist():
        n += not bool((earlier >= y[row]).all(-1).any())
        advances[row] = n
        earlier = torch.cat([earlier, y[row : row + 1]])
    return advances
