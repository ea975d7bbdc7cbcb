"""A primal-dual interior point method in arbitrary precision.

The direction of Helmberg, Rendl, Vanderbei and Wolkowicz, Kojima, Shindoh and Hara, and Monteiro (HKM), with
the predictor and corrector of Mehrotra; free variables are eliminated by a second Schur complement. When the
gap is closed, steps of pure centring follow until the equations hold to working precision, so that a proof
starts from the inside of the cone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from hebo.errors import ConfigError
from tasks.sdp_game.ball_matrices import (
    column,
    identity,
    inner_product,
    inverse_cholesky,
    max_abs,
    precision,
    require_flint,
    symmetric_part,
    to_numpy,
)
from tasks.sdp_game.semidefinite import SemidefiniteProgram

Status = Literal["optimal", "iteration_limit", "stalled", "not_positive_definite"]

STEP_TO_BOUNDARY = 0.9
SHORTEST_STEP = 1e-4
FEASIBLE = 1e-20


@dataclass(frozen=True)
class Solution:
    """Where the method ended.

    Attributes:
        status: `optimal`, `iteration_limit`, `stalled` (steps have become too short, as they do without an
            interior), or `not_positive_definite` (a factorisation failed, as it does where the precision is
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
class InteriorPointSolver:
    """Settings of the method.

    Attributes:
        precision_bits: Of all arithmetic but the step lengths, at least 64.
        gap_tolerance: Relative gap, and relative violation, at which centring begins.
        max_iterations: At most so many steps, centring included.
        primal_scale: `X` starts as this multiple of the identity.
        dual_scale: `Z` starts as this multiple of the identity; the larger the coefficients, the larger.
        centering_steps: At most so many; fewer if the equations hold before.

    Raises:
        ConfigError: If a setting is out of its range.
    """

    precision_bits: int = 256
    gap_tolerance: float = 1e-7
    max_iterations: int = 200
    primal_scale: float = 1.0
    dual_scale: float = 1e6
    centering_steps: int = 8

    def __post_init__(self) -> None:
        """Check the ranges."""
        if self.precision_bits < 64:
            raise ConfigError(f"precision_bits = {self.precision_bits}: give at least 64, 256 is usual.")
        if not 0 < self.gap_tolerance < 1:
            raise ConfigError(f"gap_tolerance = {self.gap_tolerance:g}: give a number between 0 and 1.")
        if self.max_iterations < 1:
            raise ConfigError(f"max_iterations = {self.max_iterations}: give at least 1.")
        for name in ("primal_scale", "dual_scale"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"{name} = {getattr(self, name):g}: give a positive number.")
        if self.centering_steps < 0:
            raise ConfigError(f"centering_steps = {self.centering_steps}: give 0 or more.")

    def solve(self, program: SemidefiniteProgram) -> Solution:
        """Minimise.

        Raises:
            MissingExtraError: If python-flint is not installed.
        """
        require_flint()
        with precision(self.precision_bits):
            return self._solve(program.mid())

    def _solve(self, program: SemidefiniteProgram) -> Solution:
        iterate = _start(program, self.primal_scale, self.dual_scale)
        for n_done in range(self.max_iterations):
            if iterate.is_within(self.gap_tolerance):
                return self._centred(iterate, n_done)
            system = _System.of(iterate)
            if system is None:
                return iterate.end("not_positive_definite", n_done)
            step = system.predictor_corrector()
            lengths = system.lengths(step)
            if min(lengths) < SHORTEST_STEP:
                return iterate.end("stalled", n_done)
            iterate = iterate.moved(step, *lengths)
        return iterate.end("iteration_limit", self.max_iterations)

    def _centred(self, iterate: _Iterate, n_done: int) -> Solution:
        """Take steps towards the central path until the equations hold; without an interior they never do."""
        last = min(n_done + self.centering_steps, self.max_iterations)
        while n_done < last and (system := _System.of(iterate)) is not None:
            step = system.direction(iterate.mu * iterate.room(self.gap_tolerance), None)
            following = iterate.moved(step, *system.lengths(step))
            if not following.is_within(self.gap_tolerance):
                break
            iterate, n_done = following, n_done + 1
            if max(iterate.primal_residual, iterate.dual_residual) < self._zero:
                break
        return iterate.end("optimal", n_done)

    @property
    def _zero(self) -> float:
        return math.ldexp(1.0, -min(self.precision_bits // 2, 1000))


@dataclass(frozen=True)
class _Step:
    x: list[Any]
    z: list[Any]
    multipliers: Any
    free: Any
    sums: list[Any]


@dataclass(frozen=True)
class _Iterate:
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
        return self.program.residual(self.x, self.free).mid()

    @cached_property
    def dual(self) -> list[Any]:
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
        # In full precision, as doubles that agree say nothing about the digits behind.
        primal, dual = self.values
        largest = max(abs(primal), abs(dual))
        return float(abs(primal - dual) / largest) if largest > 0 else 0.0

    @cached_property
    def primal_residual(self) -> float:
        return max_abs(self.primal) / (1 + max_abs(self.program.rhs))

    @cached_property
    def dual_residual(self) -> float:
        found = max(map(max_abs, self.dual), default=0.0)
        scale = max(map(max_abs, self.program.costs), default=0.0)
        if self.program.free is not None:
            found = max(found, max_abs(self.dual_free))
            scale = max(scale, max_abs(self.program.free_cost))
        return found / (1 + scale)

    def is_within(self, tolerance: float) -> bool:
        return max(self.gap, self.primal_residual, self.dual_residual) < tolerance

    def room(self, tolerance: float) -> float:
        """Return the factor by which `mu` may grow: it has to where equations do not hold, to get inside."""
        is_feasible = max(self.primal_residual, self.dual_residual) < FEASIBLE
        return 1.0 if is_feasible else min(max(tolerance / 2, self.gap) / max(self.gap, tolerance / 1e3), 1e3)

    def moved(self, step: _Step, primal: float, dual: float) -> _Iterate:
        return replace(
            self,
            x=[(one + primal * change).mid() for one, change in zip(self.x, step.x, strict=True)],
            z=[(one + dual * change).mid() for one, change in zip(self.z, step.z, strict=True)],
            multipliers=(self.multipliers + dual * step.multipliers).mid(),
            free=None if self.free is None else (self.free + primal * step.free).mid(),
            sums=[(one + dual * change).mid() for one, change in zip(self.sums, step.sums, strict=True)],
        )

    def end(self, status: Status, iterations: int) -> Solution:
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


def _start(program: SemidefiniteProgram, primal_scale: float, dual_scale: float) -> _Iterate:
    multipliers = column([0] * program.n_equations)
    free = column([0] * program.n_free) if program.n_free else None
    return _Iterate(
        program,
        [identity(size, primal_scale) for size in program.sizes],
        [identity(size, dual_scale) for size in program.sizes],
        multipliers,
        free,
        [identity(size, 0) for size in program.sizes],
    )


def _trace(left: Sequence[Any], right: Sequence[Any]) -> Any:
    return sum(inner_product(one, other) for one, other in zip(left, right, strict=True))


@dataclass(frozen=True)
class _System:
    """The linear system of Newton's method at an iterate, factorised.

        S dl + B dy = b - B y - A(H + X),   B^T dl = c - B^T l,   H = mu Z^{-1} - X - sym(X D Z^{-1}) - ...

    with `D` the dual residual; `w_x` and `w_z` are inverse Cholesky factors.
    """

    iterate: _Iterate
    w_x: list[Any]
    w_z: list[Any]
    z_inverse: list[Any]
    w_schur: Any
    w_schur_free: Any
    w_free: Any

    @classmethod
    def of(cls, iterate: _Iterate) -> _System | None:
        """Factorise; None if a matrix is not positive definite in working precision."""
        w_x = [inverse_cholesky(one, is_exact=True) for one in iterate.x]
        w_z = [inverse_cholesky(one, is_exact=True) for one in iterate.z]
        if any(one is None for one in (*w_x, *w_z)):
            return None
        z_inverse = [(one.transpose() * one).mid() for one in w_z if one is not None]
        w_schur = inverse_cholesky(iterate.program.schur(iterate.x, z_inverse).mid(), is_exact=True)
        if w_schur is None:
            return None
        w_schur_free = w_free = None
        if iterate.program.free is not None:
            w_schur_free = (w_schur * iterate.program.free).mid()
            w_free = inverse_cholesky((w_schur_free.transpose() * w_schur_free).mid(), is_exact=True)
            if w_free is None:
                return None
        return cls(iterate, w_x, w_z, z_inverse, w_schur, w_schur_free, w_free)

    def predictor_corrector(self) -> _Step:
        """Aim at the boundary, see how far it goes, and aim at the central path accordingly."""
        at = self.iterate
        affine = self.direction(0, None)
        primal, dual = self.lengths(affine)
        ahead = at.moved(affine, primal, dual)
        ratio = float(ahead.mu) / float(at.mu)
        is_feasible = max(at.primal_residual, at.dual_residual) < 1e-10
        centring = min(1.0, max(ratio * ratio, 0.05 if is_feasible else 0.2))
        return self.direction(at.mu * centring, affine)

    def direction(self, mu: Any, affine: _Step | None) -> _Step:
        """Return the step that aims at `X Z = mu`, with the second-order term of a first step."""
        at = self.iterate
        base = [self._base(j, mu, affine) for j in range(len(at.x))]
        rhs = (at.primal - at.program.apply(base)).mid()
        multipliers, free = self._solve(rhs)
        sums = [total.mid() for total in at.program.adjoint(multipliers)]
        z = [(rest - total).mid() for rest, total in zip(at.dual, sums, strict=True)]
        x = [
            (one + symmetric_part((m * total).mid() * inverse)).mid()
            for one, m, total, inverse in zip(base, at.x, sums, self.z_inverse, strict=True)
        ]
        return _Step(x, z, multipliers, free, sums)

    def _base(self, j: int, mu: Any, affine: _Step | None) -> Any:
        at, inverse = self.iterate, self.z_inverse[j]
        product = at.x[j] * at.dual[j]
        if affine is not None:
            product = product + affine.x[j] * affine.z[j]
        return (mu * inverse - at.x[j] - symmetric_part(product.mid() * inverse)).mid()

    def _solve(self, rhs: Any) -> tuple[Any, Any]:
        reduced = (self.w_schur * rhs).mid()
        if self.w_free is None:
            return (self.w_schur.transpose() * reduced).mid(), None
        right = (self.w_schur_free.transpose() * reduced - self.iterate.dual_free).mid()
        free = (self.w_free.transpose() * (self.w_free * right).mid()).mid()
        reduced = (reduced - self.w_schur_free * free).mid()
        return (self.w_schur.transpose() * reduced).mid(), free

    def lengths(self, step: _Step) -> tuple[float, float]:
        """Return how far `X` and `Z` may go, at most 1: nine tenths of the way to the boundary."""
        return self._length(self.w_x, step.x), self._length(self.w_z, step.z)

    @staticmethod
    def _length(factors: Sequence[Any], changes: Sequence[Any]) -> float:
        lowest = 0.0
        for w, change in zip(factors, changes, strict=True):
            scaled = to_numpy(w * change * w.transpose())
            lowest = min(lowest, float(np.linalg.eigvalsh(scaled)[0]))
        return min(1.0, -STEP_TO_BOUNDARY / lowest) if lowest < 0 else 1.0
