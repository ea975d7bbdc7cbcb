"""A primal-dual interior point method in arbitrary precision.

The direction of Helmberg, Rendl, Vanderbei and Wolkowicz, Kojima, Shindoh and Hara, and Monteiro (HKM), with
the predictor and corrector of Mehrotra; free variables are eliminated by a second Schur complement. When the
gap is closed, steps of pure centering follow until the equations hold to working precision, so that a proof
starts from the inside of the cone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hebo.errors import ConfigError
from tasks.sdp_game.ball_matrices import (
    inverse_cholesky,
    precision,
    require_flint,
    symmetric_part,
    to_numpy,
)
from tasks.sdp_game.iterate import Iterate, Solution, Step, start
from tasks.sdp_game.semidefinite import SemidefiniteProgram

STEP_TO_BOUNDARY = 0.95
"""Share of the way to the boundary that a step goes."""

MIN_CENTERING = 0.02, 0.1
"""Least share of `mu` that a corrected step aims at, where the equations hold and where they do not yet."""

SHORTEST_STEP = 1e-4


@dataclass(frozen=True)
class InteriorPointSolver:
    """Settings of the method.

    Attributes:
        precision_bits: Of all arithmetic but the step lengths, at least 64.
        gap_tolerance: Relative gap, and relative violation, at which centering begins.
        max_iterations: At most so many steps, centering included.
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
        """Minimize.

        Raises:
            MissingExtraError: If python-flint is not installed.
        """
        require_flint()
        with precision(self.precision_bits):
            return self._solve(program.mid())

    def _solve(self, program: SemidefiniteProgram) -> Solution:
        iterate = start(program, self.primal_scale, self.dual_scale)
        for n_done in range(self.max_iterations):
            if iterate.is_within(self.gap_tolerance):
                return self._centered(iterate, n_done)
            system = _System.of(iterate)
            if system is None:
                return iterate.end("not_positive_definite", n_done)
            step = system.predictor_corrector()
            lengths = system.lengths(step)
            if min(lengths) < SHORTEST_STEP:
                return iterate.end("stalled", n_done)
            iterate = iterate.moved(step, *lengths)
        return iterate.end("iteration_limit", self.max_iterations)

    def _centered(self, iterate: Iterate, n_done: int) -> Solution:
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
class _System:
    """The linear system of Newton's method at an iterate, factorized.

        S dl + B dy = b - B y - A(H + X),   B^T dl = c - B^T l,   H = mu Z^{-1} - X - sym(X D Z^{-1}) - ...

    with `D` the dual residual; `w_x` and `w_z` are inverse Cholesky factors.
    """

    iterate: Iterate
    w_x: list[Any]
    w_z: list[Any]
    z_inverse: list[Any]
    w_schur: Any
    w_schur_free: Any
    w_free: Any

    @classmethod
    def of(cls, iterate: Iterate) -> _System | None:
        """Factorize; None if a matrix is not positive definite in working precision."""
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

    def predictor_corrector(self) -> Step:
        """Aim at the boundary, see how far it goes, and aim at the central path accordingly."""
        at = self.iterate
        affine = self.direction(0, None)
        primal, dual = self.lengths(affine)
        ahead = at.moved(affine, primal, dual)
        ratio = float(ahead.mu) / float(at.mu)
        is_feasible = max(at.primal_residual, at.dual_residual) < 1e-10
        least = MIN_CENTERING[0] if is_feasible else MIN_CENTERING[1]
        centering = min(1.0, max(ratio * ratio, least))
        return self.direction(at.mu * centering, affine)

    def direction(self, mu: Any, affine: Step | None) -> Step:
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
        return Step(x, z, multipliers, free, sums)

    def _base(self, j: int, mu: Any, affine: Step | None) -> Any:
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

    def lengths(self, step: Step) -> tuple[float, float]:
        """Return how far `X` and `Z` may go, at most 1: `STEP_TO_BOUNDARY` of the way."""
        return self._length(self.w_x, step.x), self._length(self.w_z, step.z)

    @staticmethod
    def _length(factors: Sequence[Any], changes: Sequence[Any]) -> float:
        lowest = 0.0
        for w, change in zip(factors, changes, strict=True):
            scaled = to_numpy(w * change * w.transpose())
            lowest = min(lowest, float(np.linalg.eigvalsh(scaled)[0]))
        return min(1.0, -STEP_TO_BOUNDARY / lowest) if lowest < 0 else 1.0
