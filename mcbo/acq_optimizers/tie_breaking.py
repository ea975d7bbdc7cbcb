"""Tie breaking: choices stay as they are where they make no difference.

Notation: `n` points, `d` columns, `c` columns with a choice.
"""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.acq_optimizers.climbing import Scores
from hebo.base import Domain

TIE = 1e-9
"""Relative difference of two scores that is none."""


def settled(scores: Scores, domain: Domain, x: Tensor, columns: list[int], home: Tensor) -> Tensor:
    """Give points the choices of a known one where that costs nothing.

    An acquisition that does not depend on a choice has its maximum with any; one that has been evaluated is
    known to work, and what follows differs from it in what matters alone. Points take over all choices, or
    else those that cost nothing one by one if these cost nothing together.

    Args:
        scores: What is maximized.
        domain: Where the points stay.
        x: `n x d` feasible points.
        columns: The `c` columns.
        home: `c` values of the known point.
    """
    rows = torch.arange(len(x))
    values = scores(x, rows)
    least = values - TIE * values.abs()

    def is_free(points: Tensor, owners: Tensor) -> Tensor:
        return (scores(points, owners) >= least[owners]) & domain.contains(points)

    def changed(where: Tensor) -> Tensor:
        points = x.clone()
        points[:, columns] = torch.where(where, home, x[:, columns])
        return points

    single = torch.eye(len(columns), dtype=torch.bool)
    trials = torch.stack([changed(column) for column in single], 1)
    free = is_free(trials.flatten(0, 1), rows.repeat_interleave(len(columns))).reshape(len(x), -1)
    for where in (free, torch.ones_like(free)):
        x = torch.where(is_free(changed(where), rows).unsqueeze(1), changed(where), x)
    return x
