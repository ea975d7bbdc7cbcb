"""CONFIG: lower confidence bounds of the objective and of measured constraints (Xu et al., 2211.00162)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from botorch.models.model import Model
from pydantic import Field
from torch import Generator, Tensor

from hebo.acquisitions.confidence_bound import hebo_kappa
from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data

OUTSIDE = 1e3
"""What a point costs that no bound calls feasible: more standard deviations than values ever differ by."""


class CONFIG(Acquisition):
    """The least optimistic cost among the points that are optimistically feasible.

    `x = argmin LCB_f(x)  subject to  LCB_gi(x) <= 0 for all i`, with the bounds `mu - kappa s` of the cost
    `f` and of each measured constraint `g_i` (algorithm 1 of the paper, where `kappa` is `beta^(1/2)`).
    Inside the library both are maximized: the objective's upper bound, where the upper bounds of all slacks
    are positive. Where a constraint is not known well it may hold, so that the search does not stay within
    what is known to be feasible. If no point is optimistically feasible the problem is declared infeasible
    (`Optimizer.declared_infeasible`); the points asked for after that are those where least is lacking.

    The value is the bound of the objective. Points that are not optimistically feasible come after all
    others, the less is lacking the better, which any search can climb. Without constraints it is `ucb`.

    Attributes:
        kappa: Width of the bound of the objective; None takes HEBO's schedule (`hebo_kappa`).
        constraint_kappa: Width of the bounds of the constraints. The smaller, the sooner a problem is
            declared infeasible, and the more often wrongly. None takes the schedule.
        margin: How far on the safe side the bounds of slacks shall be, in standard deviations of the values
            measured; for the declaration it is zero. With the paper's rule, 0, points come to the edge of
            what is feasible from outside, and may never step over it.
    """

    handles_constraints: ClassVar[bool] = True

    kappa: float | None = Field(default=2.0, ge=0)
    constraint_kappa: float | None = Field(default=2.0, ge=0)
    margin: float = Field(default=0.02, ge=0)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in units of the modeled `y`."""
        model, kappa = models.objective, _width(self.kappa, data)
        constraints, width = models.constraints, _width(self.constraint_kappa, data)

        def value(x: Tensor) -> Tensor:
            bound = marginals(model, x).ucb(kappa)
            if constraints:
                slacks = upper_slacks(constraints, x, width)
                lacking = (self.margin - slacks).clamp_min(0.0).sum(-1)
                bound = torch.where(lacking > 0, -OUTSIDE - lacking, bound)
            return bound.unsqueeze(-1)

        return value

    def optimistic_slack(self, models: FittedModels, data: Data) -> AcqFunction | None:
        """Return the least upper bound of a slack, from `b x 1 x d` points to `b x 1` values."""
        constraints, width = models.constraints, _width(self.constraint_kappa, data)
        return lambda x: upper_slacks(constraints, x, width).amin(-1, keepdim=True)


def upper_slacks(models: Sequence[Model], x: Tensor, kappa: float) -> Tensor:
    """Return the upper confidence bounds of slacks, `b x c`, at `b x 1 x d` points.

    Args:
        models: One per constraint, fitted to `hebo.acquisitions.constrained.slack_data`.
        x: Where.
        kappa: Width of the bounds in standard deviations.
    """
    return torch.stack([marginals(model, x).ucb(kappa) for model in models], dim=-1)


def _width(kappa: float | None, data: Data) -> float:
    return hebo_kappa(len(data.x), data.x.shape[1], data.batch_size) if kappa is None else kappa
