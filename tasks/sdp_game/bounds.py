"""Upper bounds on the density of sphere packings, from two points and from three."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from hebo.errors import ConfigError
from tasks.sdp_game.ball_matrices import precision, require_flint
from tasks.sdp_game.certificate import Certificate, Statement, prove, rounded_up
from tasks.sdp_game.interior_point import InteriorPointSolver
from tasks.sdp_game.iterate import Solution, Status
from tasks.sdp_game.programs import three_point_program, two_point_program
from tasks.sdp_game.semidefinite import SemidefiniteProgram
from tasks.sdp_game.tokens import Token, parse_token

DIMENSIONS = range(2, 49)
PROOF_PRECISION = 2
"""Bits of a proof for each bit of the solver: at equal precision the enclosures are too wide."""


@dataclass(frozen=True)
class BoundResult:
    """How a solve ended.

    Attributes:
        value: The bound on the density, NaN unless the status is `optimal`. It is above the optimum of the
            program by the gap tolerance at most, and not proved.
        certified_value: The proved bound, rounded up; None if it was not asked for or failed.
        status: Of the solver, see `Solution`.
        seconds: CPU seconds, proof included.
        certificate: The proof, or what went wrong; None if it was not tried.
        iterations: Of the solver.
        gap: Relative difference of the primal and the dual objective.
        n_equations: Of the program.
        block_sizes: Rows of the matrix variables.
    """

    value: float
    certified_value: float | None
    status: Status
    seconds: float
    certificate: Certificate | None
    iterations: int
    gap: float
    n_equations: int
    block_sizes: tuple[int, ...]


class Bound(ABC):
    """A semidefinite program whose optimum, times the volume of a ball, is an upper bound on the density."""

    dimension: int
    min_distance: float

    @property
    @abstractmethod
    def statement(self) -> Statement:
        """What a certificate says of the program."""

    @abstractmethod
    def build(self) -> SemidefiniteProgram:
        """Return the program in balls of the working precision.

        Raises:
            ConfigError: If the majorant of three points is not sharp.
        """

    def solve(
        self,
        *,
        precision_bits: int = 256,
        gap_tolerance: float = 1e-7,
        max_iterations: int = 200,
        certify: bool = True,
    ) -> BoundResult:
        """Minimize, and prove what was found; see `InteriorPointSolver` for the settings.

        Raises:
            ConfigError: See `build`.
            MissingExtraError: If python-flint is not installed.
        """
        settings = precision_bits, gap_tolerance, max_iterations
        scale = _dual_scale(self.dimension, self.statement.half_degree_2)
        return _solve(self, InteriorPointSolver(*settings, dual_scale=scale), certify)


@dataclass(frozen=True)
class TwoPointBound(Bound):
    """The bound of Cohn and Elkies (2003), "New upper bounds on sphere packings I", Theorem 3.2.

    If the Fourier transform of `f` is nowhere negative and 1 at the origin, and `f(x) <= 0` for `|x| >= r`,
    then no packing has a density above `vol(B_{r/2}) f(0)`. Functions are polynomials of degree `2 d + 1` in
    `|x|^2` times `exp(-pi |x|^2)`, which fixes the unit of length.

    Attributes:
        dimension: `n`, 2 to 48.
        half_degree: `d`.
        min_distance: `r`.

    Raises:
        ConfigError: If a value is out of its range.
    """

    dimension: int
    half_degree: int
    min_distance: float

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check(self.dimension, {"half_degree": self.half_degree}, self.min_distance)

    @property
    def statement(self) -> Statement:
        """What a certificate says of the program."""
        r = float(self.min_distance)
        return Statement(self.dimension, self.half_degree, 0, r, r, 0, ())

    def build(self) -> SemidefiniteProgram:
        """Return the program in balls of the working precision."""
        return two_point_program(self.dimension, self.half_degree, self.min_distance)


@dataclass(frozen=True)
class ThreePointBound(Bound):
    """The bound of Cohn, de Laat and Salmon (2206.15373), Theorem 1.1.

    A kernel `f_3(x, y)` on the ball of radius `R` is added. If `f_2(x) <= 0` for `|x| >= R`, and what pairs
    and triples of centres contribute is not positive, no packing has a density above
    `vol(B_{r/2}) (f_2(0) + f_3(0, 0))`. With the kernel 0 this is the bound of two points.

    Attributes:
        dimension: `n`, 2 to 48.
        half_degree_2: `d_2`; `f_2` has a polynomial of degree `2 d_2 + 1` in `|x|^2`.
        half_degree_3: `d_3`; `f_3` has one of degree `2 d_3` in `|x|^2`, `|y|^2` and `<x, y>`.
        min_distance: `r`.
        truncation_radius: `R > r`.
        multipliers: Names of `tokens`, "1" among them; their order does not matter.
        majorant_degree: Degree of the polynomial in place of `exp(-pi u)` in the condition on pairs.

    Raises:
        ConfigError: If a value is out of its range, or a multiplier is unknown or of too high degree.
    """

    dimension: int
    half_degree_2: int
    half_degree_3: int
    min_distance: float
    truncation_radius: float
    multipliers: tuple[str, ...]
    majorant_degree: int = 14

    def __post_init__(self) -> None:
        """Check the ranges and the multipliers."""
        degrees = {"half_degree_2": self.half_degree_2, "half_degree_3": self.half_degree_3}
        _check(self.dimension, {**degrees, "majorant_degree": self.majorant_degree}, self.min_distance)
        if not math.isfinite(self.truncation_radius):
            raise ConfigError(f"truncation radius {self.truncation_radius}: give a finite number.")
        if self.truncation_radius <= self.min_distance:
            relation = "equal to" if self.truncation_radius == self.min_distance else "smaller than"
            raise ConfigError(
                f"truncation radius {self.truncation_radius:g} is {relation} the minimal distance "
                f"{self.min_distance:g}; 1.05 to 1.6 times that distance is usual."
            )
        for token in self.tokens:
            if token.degree > 2 * self.half_degree_3:
                raise ConfigError(
                    f"multiplier {token.name!r} has degree {token.degree}, above 2 half_degree_3 = "
                    f"{2 * self.half_degree_3}: leave it out, or raise half_degree_3."
                )
        if "1" not in self.multipliers:
            raise ConfigError(f'multipliers {[*self.multipliers]} lack the constant "1"; add it.')

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The multipliers in order, each of them once."""
        return tuple(sorted({parse_token(name) for name in self.multipliers}, key=lambda one: one.order))

    @property
    def statement(self) -> Statement:
        """What a certificate says of the program."""
        return Statement(
            self.dimension,
            self.half_degree_2,
            self.half_degree_3,
            float(self.min_distance),
            float(self.truncation_radius),
            self.majorant_degree,
            tuple(one.name for one in self.tokens),
        )

    def build(self) -> SemidefiniteProgram:
        """Return the program in balls of the working precision.

        Raises:
            ConfigError: If the majorant is not sharp.
        """
        return three_point_program(
            self.dimension,
            self.half_degree_2,
            self.half_degree_3,
            self.min_distance,
            self.truncation_radius,
            self.tokens,
            self.majorant_degree,
        )


def _check(dimension: int, degrees: dict[str, int], min_distance: float) -> None:
    if dimension not in DIMENSIONS:
        raise ConfigError(f"dimension = {dimension}: give one from {DIMENSIONS[0]} to {DIMENSIONS[-1]}.")
    for name, degree in degrees.items():
        if degree < 1:
            raise ConfigError(f"{name} = {degree}: give at least 1.")
    if not (math.isfinite(min_distance) and min_distance > 0):
        raise ConfigError(f"min_distance = {min_distance:g}: give a positive number, such as 1.2.")


def _dual_scale(dimension: int, half_degree: int) -> float:
    """Start further inside of the dual cone where polynomials grow faster.

    Too near the boundary costs many iterations, each factor of ten too far about one.
    """
    return math.pow(10.0, max(5.0, half_degree - 1 + dimension / 12))


def _solve(bound: Bound, solver: InteriorPointSolver, certify: bool) -> BoundResult:
    require_flint()
    start = time.process_time()
    with precision(solver.precision_bits):
        program = bound.build()
    solution = solver.solve(program)
    with precision(PROOF_PRECISION * solver.precision_bits):
        volume = _volume(bound.dimension, bound.min_distance)
        value = float(volume) * solution.primal_value
        is_tried = certify and solution.status == "optimal"
        certificate = _certify(bound, solution, volume) if is_tried else None
    return BoundResult(
        value,
        certificate.upper_bound if certificate else None,
        solution.status,
        time.process_time() - start,
        certificate,
        solution.iterations,
        solution.gap,
        program.n_equations,
        tuple(program.sizes),
    )


def _certify(bound: Bound, solution: Solution, volume: Any) -> Certificate:
    found, reason = prove(bound.build(), solution.blocks, solution.free)
    proved = None if found is None else rounded_up(volume * found)
    return Certificate(
        bound.statement, proved, reason, tuple(solution.blocks), tuple(solution.free.entries())
    )


def _volume(dimension: int, min_distance: float) -> Any:
    """Return the volume of a ball of the packing, whose diameter is the minimal distance."""
    from flint import arb

    half = arb(dimension) / 2
    return arb.pi() ** half * (arb(min_distance) / 2) ** dimension / (half + 1).gamma()
