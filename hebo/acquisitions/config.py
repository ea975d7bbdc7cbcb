"""CONFIG: lower confidence bounds of the objective and of measured constraints (Xu et al., 2211.00162)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

import torch
from pydantic import Field, model_validator
from scipy.stats import norm, t
from torch import Generator, Tensor

from hebo.abilities import Marginals
from hebo.acquisitions.confidence_bound import hebo_kappa
from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data

OUTSIDE = 1e3
"""What a point costs that is not optimistically feasible: more standard deviations than values differ by."""


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

    Other than in the paper there are two widths of the bounds of constraints. With the narrow one the search
    comes soon to where constraints hold; with the wide one a problem is declared infeasible, since a model of
    few observations is sometimes sure of itself and wrong. The wide one grows for few observations as the
    quantiles of Student's t distribution do: the hyperparameters are fitted to the same `n` values, which
    leaves `n - d - 2` degrees of freedom. Where no point is feasible under the narrow bounds, those that are
    under the wide ones come first.

    Attributes:
        kappa: Width of the bound of the objective; None takes HEBO's schedule (`hebo_kappa`).
        constraint_kappa: Width of the bounds of the constraints; None takes the schedule.
        declaring_kappa: The wide one, for many observations. The smaller, the sooner a problem is declared
            infeasible, and the more often wrongly. None takes the schedule; at least `constraint_kappa`.
        margin: How far on the safe side the bounds of slacks shall be, in standard deviations of the values
            measured; for the declaration it is zero. With the paper's rule, 0, points come to the edge of
            what is feasible from outside, and may never step over it.
    """

    handles_constraints: ClassVar[bool] = True

    kappa: float | None = Field(default=2.0, ge=0)
    constraint_kappa: float | None = Field(default=2.0, ge=0)
    declaring_kappa: float | None = Field(default=4.0, ge=0)
    margin: float = Field(default=0.02, ge=0)

    @model_validator(mode="after")
    def _declares_with_care(self) -> Self:
        narrow, wide = self.constraint_kappa, self.declaring_kappa
        if narrow is not None and wide is not None and wide < narrow:
            raise ValueError(
                f"declaring_kappa={wide:g} is below constraint_kappa={narrow:g}: a problem would be declared "
                "infeasible while points are asked for that may be feasible; give it at least that"
            )
        return self

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in units of the modeled `y`."""
        model, kappa, constraints = models.objective, _width(self.kappa, data), models.constraints
        narrow, wide = self._widths(data)

        def value(x: Tensor) -> Tensor:
            bound = marginals(model, x).ucb(kappa)
            if constraints:
                slacks = [marginals(one, x) for one in constraints]
                near, far = lacking(slacks, narrow, self.margin), lacking(slacks, wide)
                bound = torch.where(near > 0, -OUTSIDE - near, bound)
                bound = torch.where(far > 0, -2 * OUTSIDE - far, bound)
            return bound.unsqueeze(-1)

        return value

    def optimistic_slack(self, models: FittedModels, data: Data) -> AcqFunction | None:
        """Return the least wide bound of a slack, from `b x 1 x d` points to `b x 1` values."""
        constraints, (_, wide) = models.constraints, self._widths(data)

        def slack(x: Tensor) -> Tensor:
            return torch.stack([marginals(one, x).ucb(wide) for one in constraints], dim=-1).amin(-1, True)

        return slack

    def _widths(self, data: Data) -> tuple[float, float]:
        narrow, wide = _width(self.constraint_kappa, data), _width(self.declaring_kappa, data)
        n, d = data.x.shape
        return narrow, max(narrow, _for_few(wide, n - d - 2))


def lacking(slacks: Sequence[Marginals], kappa: float, least: float = 0.0) -> Tensor:
    """Return what the upper bounds of slacks lack in all, `b`; zero where each is `least` or more.

    Args:
        slacks: Predictions at `b` points, one per constraint.
        kappa: Width of the bounds in standard deviations.
        least: What no bound may be below.
    """
    bounds = torch.stack([one.ucb(kappa) for one in slacks])
    return (least - bounds).clamp_min(0.0).sum(0)


def _for_few(kappa: float, freedom: int) -> float:
    """Return the width that leaves out as much of Student's t distribution as `kappa` of the normal one."""
    return float(t.isf(norm.sf(kappa), max(freedom, 1)))


def _width(kappa: float | None, data: Data) -> float:
    return hebo_kappa(len(data.x), data.x.shape[1], data.batch_size) if kappa is None else kappa
