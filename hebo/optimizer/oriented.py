"""Orientation of measured values: as surrogates take them, larger is better and limits are kept below zero.

Without stated outcomes, objectives are minimized and constraints kept where they are 0 or less.
"""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor

from hebo.outcomes import Objective, Outcomes

T = TypeVar("T", Outcomes, Outcomes | None)


def maximized(y: Tensor, outcomes: Outcomes | None) -> Tensor:
    """Return what is maximized of measured objectives, `n x m`."""
    if outcomes is None:
        return -y
    return torch.stack(
        [-one.minimized(column) for one, column in zip(outcomes.objectives, y.unbind(-1), strict=True)], -1
    )


def maximized_slopes(gradients: Tensor, y: Tensor, outcomes: Outcomes | None) -> Tensor:
    """Return derivatives of what is maximized, `n x d`, from those of the only objective, `y` (`n x 1`)."""
    if outcomes is None:
        return -gradients
    slopes: Tensor = outcomes.objectives[0].slope(y)
    return -slopes * gradients


def excesses(constraints: Tensor, outcomes: Outcomes | None) -> Tensor:
    """Return by how much measured constraints, `n x c`, break each of their limits, `n x k`."""
    if outcomes is None or not outcomes.constraints:
        return constraints
    columns = zip(outcomes.constraints, constraints.unbind(-1), strict=True)
    return torch.stack([limit for one, column in columns for limit in one.excesses(column)], -1)


def first_excesses(constraints: Tensor, outcomes: Outcomes | None) -> Tensor:
    """Return by how much measured constraints, `n x c`, break their first limit each, `n x c`."""
    if outcomes is None or not outcomes.constraints:
        return constraints
    columns = zip(outcomes.constraints, constraints.unbind(-1), strict=True)
    return torch.stack([one.excesses(column)[0] for one, column in columns], -1)


def untargeted(outcomes: T) -> T:
    """Return outcomes in which each objective with a target is maximized: modeled as it is measured."""
    if outcomes is None:
        return outcomes
    objectives = tuple(
        Objective(name=one.name, goal="maximize", unit=one.unit) if one.goal == "target" else one
        for one in outcomes.objectives
    )
    return outcomes.model_copy(update={"objectives": objectives})


def worst_of(outcomes: Outcomes | None) -> tuple[list[float] | None, list[float] | None]:
    """Return the infinities that stand for failures, of objectives and of constraints."""
    if outcomes is None:
        return None, None
    return [one.worst for one in outcomes.objectives], [one.worst for one in outcomes.constraints]
