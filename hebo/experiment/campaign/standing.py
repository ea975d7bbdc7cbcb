"""Incumbents of a campaign: the best point, or the Pareto front, of each context that was told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from hebo.design_space.competing import context_names, same_context
from hebo.errors import DataError
from hebo.experiment.campaign.log import Log


@dataclass(frozen=True)
class Standing:
    """What was told in one context, or in all of a space without.

    Attributes:
        context: Context parameter -> natural value.
        n_told: Points told there.
        best: The best point and its value, or the Pareto front of several objectives: parameters, then
            objectives by their names. Without rows where there is none.
        reason: Why there is none.
    """

    context: dict[str, Any]
    n_told: int
    best: pd.DataFrame
    reason: str = ""


def standings(log: Log) -> list[Standing]:
    """Return the standing in each context, the one told last at the end; none before anything is told."""
    x = log.optimizer.data.x
    return [_standing(log, x[rows], rows) for rows in _groups(log, x)]


def _groups(log: Log, x: Tensor) -> Iterator[Tensor]:
    """Return the told rows of each context, masks over `n`, in the order of the last row of each."""
    left, found = torch.ones(len(x), dtype=torch.bool), list[Tensor]()
    while bool(left.any()):
        last = int(left.nonzero()[-1])
        rows = left & same_context(log.optimizer.space, x, x[last])
        found.append(rows)
        left = left & ~rows
    return reversed(found)


def _standing(log: Log, x: Tensor, rows: Tensor) -> Standing:
    optimizer = log.optimizer
    names = context_names(optimizer.space)
    context = {name: optimizer.space.decode(x[-1:])[name].iloc[0] for name in names}
    try:
        best = optimizer.front_in(context).set_axis(_columns(log), axis=1)
        one = len(log.campaign.objective_names) == 1  # equal values are no front then
        return Standing(context, int(rows.sum()), best.head(1) if one else best)
    except DataError as error:
        return Standing(context, int(rows.sum()), pd.DataFrame(columns=_columns(log)), str(error))


def _columns(log: Log) -> list[str]:
    return [*log.optimizer.space.names, *log.campaign.objective_names]
