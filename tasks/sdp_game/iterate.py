"""Where the interior point method stands: both pairs of variables, and how well the equations hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from tasks.sdp_game.ball_matrices import column, identity, inner_product, max_abs
from tasks.sdp_game.semidefinite import SemidefiniteProgram

Status = Literal["optimal", "iteration_limit", "stalled", "not_positive_definite"]

FEASIBLE = 1e-20


@dataclass(frozen=True)
class Solution:
    """Where the method ended.

    Attributes:
        status: `optimal`, `iteration_limit`, `stalled` (steps have become too short, as they do without an
            interior), or `not_positive_definite` (a factorization failed, as it does where the precision is
            too low or equations depend on one another).
        primal_value: The objective, NaN unless the status is `optimal`.
        dual_value: `b^T l`, NaN unless the status is `optimal`.
        gap: Difference of the two, relative to the larger one.
        primal_residual: Largest violation of an equation, relative to the right-hand side.
        dual_residual: The same of `C_j - sum_i l_i A_ij - Z_j` and `c - B^T l`.
        iterations: Number of steps.
        blocks: `X_j`, exact.
        free: `y`, exact.
    """

    status: Status
    primal_value: float
    dual_value: float
    gap: float
    primal_residual: float
    dual_residual: float
    iterations: int
    blocks: list[Any] = field(repr=False)
    free: Any = field(repr=False)


@dataclass(frozen=True)
class Step:
    """A direction of all that an iterate holds."""

    x: list[Any]
    z: list[Any]
    multipliers: Any
    free: Any
    sums: list[Any]


@dataclass(frozen=True)
class Iterate:
    """`(X, y)` and `(Z, l)`, and `sum_i l_i A_ij`, which a step changes as it changes `l`."""

    program: SemidefiniteProgram
    x: list[Any]
    z: list[Any]
    multipliers: Any
    free: Any
    sums: list[Any]

    @cached_property
    def mu(self) -> Any:
        """The gap of a feasible pair, divided by the number of rows."""
        return (_trace(self.x, self.z) / sum(self.program.sizes)).mid()

    @cached_property
    def primal(self) -> Any:
        """What the equations lack, `b - A(X) - B y`."""
        return self.program.residual(self.x, self.free).mid()

    @cached_property
    def dual(self) -> list[Any]:
        """`C_j - sum_i l_i A_ij - Z_j`, per block."""
        blocks = zip(self.program.costs, self.sums, self.z, strict=True)
        return [(cost - total - z).mid() for cost, total, z in blocks]

    @cached_property
    def dual_free(self) -> Any:
        """`c - B^T l`."""
        if self.program.free is None:
            return None
        return (self.program.free_cost - self.program.free.transpose() * self.multipliers).mid()

    @cached_property
    def values(self) -> tuple[Any, Any]:
        """The primal and the dual objective."""
        primal = self.program.objective(self.x, self.free)
        return primal.mid(), self.program.dual_objective(self.multipliers).mid()

    @cached_property
    def gap(self) -> float:
        """Difference of the objectives, relative to the larger one."""
        # In full precision, as doubles that agree say nothing about the digits behind.
        primal, dual = self.values
        largest = max(abs(primal), abs(dual))
        return float(abs(primal - dual) / largest) if largest > 0 else 0.0

    @cached_property
    def primal_residual(self) -> float:
        """See `Solution`."""
        return max_abs(self.primal) / (1 + max_abs(self.program.rhs))

    @cached_property
    def dual_residual(self) -> float:
        """See `Solution`."""
        found = max(map(max_abs, self.dual), default=0.0)
        scale = max(map(max_abs, self.program.costs), default=0.0)
        if self.program.free is not None:
            found = max(found, max_abs(self.dual_free))
            scale = max(scale, max_abs(self.program.free_cost))
        return found / (1 + scale)

    def is_within(self, tolerance: float) -> bool:
        """Say whether gap and residuals are below a tolerance."""
        return max(self.gap, self.primal_residual, self.dual_residual) < tolerance

    def room(self, tolerance: float) -> float:
        """Return the factor by which `mu` may grow: it has to where equations do not hold, to get inside."""
        is_feasible = max(self.primal_residual, self.dual_residual) < FEASIBLE
        return 1.0 if is_feasible else min(max(tolerance / 2, self.gap) / max(self.gap, tolerance / 1e3), 1e3)

    def moved(self, step: Step, primal: float, dual: float) -> Iterate:
        """Return the iterate that shares of a step lead to, one for `(X, y)` and one for `(Z, l)`."""
        return replace(
            self,
            x=[(one + primal * change).mid() for one, change in zip(self.x, step.x, strict=True)],
            z=[(one + dual * change).mid() for one, change in zip(self.z, step.z, strict=True)],
            multipliers=(self.multipliers + dual * step.multipliers).mid(),
            free=None if self.free is None else (self.free + primal * step.free).mid(),
            sums=[(one + dual * change).mid() for one, change in zip(self.sums, step.sums, strict=True)],
        )

    def end(self, status: Status, iterations: int) -> Solution:
        """Return this iterate as the end of the method."""
        is_optimal = status == "optimal"
        return Solution(
            status,
            float(self.values[0]) if is_optimal else math.nan,
            float(self.values[1]) if is_optimal else math.nan,
            self.gap,
            self.primal_residual,
            self.dual_residual,
            iterations,
            self.x,
            self.free,
        )


def start(program: SemidefiniteProgram, primal_scale: float, dual_scale: float) -> Iterate:
    """Return multiples of the identity, and zeros."""
    multipliers = column([0] * program.n_equations)
    free = column([0] * program.n_free) if program.n_free else None
    return Iterate(
        program,
        [identity(size, primal_scale) for size in program.sizes],
        [identity(size, dual_scale) for size in program.sizes],
        multipliers,
        free,
        [identity(size, 0) for size in program.sizes],
    )


def _trace(left: Sequence[Any], right: Sequence[Any]) -> Any:
    return sum(inner_product(one, other) for one, other in zip(left, right, strict=True))
