"""Solving a program once: results in a file that several processes share, certificates in a folder."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from hebo.errors import ConfigError
from tasks.json_lines import JsonLines
from tasks.sdp_game.best_distance import minimum_over_distance
from tasks.sdp_game.bounds import BoundResult, ThreePointBound, TwoPointBound
from tasks.sdp_game.certificate import Certificate
from tasks.sdp_game.reference import linear_programming_bound

FORMAT = 3
"""Raised whenever a program of the same settings would have another result."""


@dataclass(frozen=True)
class Program:
    """Everything that determines a bound and its proof.

    Attributes:
        dimension: Of space.
        half_degree_2: Half degree of the two-point part.
        half_degree_3: Half degree of the three-point part; 0 for a two-point bound, which has neither
            truncation nor multipliers nor majorant.
        min_distance: `r`.
        truncation_radius: `R`.
        multipliers: Names of tokens, in the order of the vocabulary.
        majorant_degree: Degree of the polynomial in place of the exponential.
        precision_bits: Of the solver.
        gap_tolerance: Relative gap at which the solver ends.
        max_iterations: At most so many.
    """

    dimension: int
    half_degree_2: int
    half_degree_3: int
    min_distance: float
    truncation_radius: float | None = None
    multipliers: tuple[str, ...] = ()
    majorant_degree: int | None = None
    precision_bits: int = 256
    gap_tolerance: float = 1e-7
    max_iterations: int = 200

    @property
    def key(self) -> str:
        """A text that is the same for equal programs alone."""
        return json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True)

    @property
    def digest(self) -> str:
        """A short name for files."""
        return hashlib.blake2b(self.key.encode(), digest_size=10).hexdigest()


_TIE = 1e-6
"""Three points that are better than two by less than this share tie with them."""

Solver = Callable[[Program], BoundResult]


@dataclass(frozen=True)
class Solved:
    """What is known of a program.

    Attributes:
        bound: The proved bound, None if there is none.
        value: The bound in floating point, None unless the solver converged.
        status: `certified`; `two_points` if that is all that the proof uses; `uncertified`; `refused` if the
            program makes no sense; or how the solver ended.
        seconds: CPU seconds when it was solved.
        reason: Why there is no bound, None where there is one.
    """

    bound: float | None
    value: float | None
    status: str
    seconds: float
    reason: str | None


class Solves:
    """A solver that solves no program twice.

    Failed solves are kept as well: they would fail again. A result whose certificate is not in the folder
    (a cache may come from elsewhere) is computed anew, so that whoever reads a bound finds its proof.

    Args:
        cache: File of JSON lines for several processes and later runs, or None to keep results in memory.
        certificates: Folder for proofs, made if need be, or None for no files.
        solver: Solves a program.
    """

    def __init__(self, cache: str | None, certificates: str | None, solver: Solver) -> None:
        self._known = JsonLines(cache)
        self._folder = None if certificates is None else Path(certificates)
        self._solver = solver

    def require(self) -> None:
        """Check that results and proofs can be written.

        Raises:
            ConfigError: If they cannot.
        """
        self._known.require()
        if self._folder is not None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                with TemporaryFile(dir=self._folder):
                    pass
            except OSError as error:
                raise ConfigError(
                    f"certificates: the folder {str(self._folder)!r} cannot be written ({error.strerror}); "
                    "name another one."
                ) from error

    def __call__(self, program: Program) -> Solved:
        """Return the result of a program, from the cache if it is there."""
        if program.key in self._known:
            found = Solved(**self._known[program.key])
            if found.bound is None or self._has_certificate(program):
                return found
        solved = self._solve(program)
        self._known[program.key] = asdict(solved)
        return solved

    def best_two_point(
        self, dimension: int, half_degree: int, low: float, high: float, precision_bits: int
    ) -> float:
        """Return the smallest two-point bound over a range of `r`, searched for once.

        Raises:
            ConfigError: If no `r` has a bound.
        """
        settings = [dimension, half_degree, low, high, precision_bits]
        key = json.dumps({"format": FORMAT, "best_two_point": settings})
        if key not in self._known:
            solve = partial(TwoPointBound.solve, precision_bits=precision_bits, certify=False)
            # Near its minimum a bound is quadratic: so far from the best r it is off by about 1e-6.
            _, result = minimum_over_distance(
                dimension, half_degree, low, high, distance_tolerance=1e-3, solve=solve
            )
            self._known[key] = {"value": result.value}
        return float(self._known[key]["value"])

    def path_of(self, program: Program) -> Path | None:
        """Return the file of a program's certificate, whether it is there or not; None without a folder."""
        if self._folder is None:
            return None
        return self._folder / f"bound-{program.dimension}d-{program.digest}.json"

    def _has_certificate(self, program: Program) -> bool:
        path = self.path_of(program)
        return path is None or path.is_file()

    def _solve(self, program: Program) -> Solved:
        try:
            result = self._solver(program)
        except ConfigError as error:  # such as a majorant that is not sharp between these radii
            return Solved(None, None, "refused", 0.0, str(error))
        if not math.isfinite(result.value):
            reason = f"the solver ended with '{result.status}'"
            return Solved(None, None, result.status, result.seconds, reason)
        certificate = result.certificate
        if certificate is None or result.certified_value is None:
            reason = f"not proved: {certificate.reason if certificate else 'no proof was tried'}"
            return Solved(None, result.value, "uncertified", result.seconds, reason)
        self._save(program, certificate)
        is_tie = program.half_degree_3 > 0 and certificate.statement.half_degree_3 == 0
        status = "two_points" if is_tie else "certified"
        return Solved(result.certified_value, result.value, status, result.seconds, None)

    def _save(self, program: Program, certificate: Certificate) -> None:
        """Write a proof, whole or not at all."""
        path = self.path_of(program)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{os.getpid()}")
            certificate.save(partial)
            partial.replace(path)


def solve_program(program: Program) -> BoundResult:
    """Solve with python-flint, and prove the bound.

    A kernel of three points is often of no use: then 0 is the best one, or the only feasible one, where the
    program has no interior and its solution proves nothing. Such a program is as good as two points, whose
    bound is proved in its place.

    Raises:
        MissingExtraError: If python-flint is not installed.
    """
    two = TwoPointBound(program.dimension, program.half_degree_2, program.min_distance)
    if not program.half_degree_3:
        return two.solve(**_settings(program))
    result = _three_point(program).solve(**_settings(program))
    limit = linear_programming_bound(program.dimension)
    if result.status != "optimal" or _is_below(result.certified_value, limit):
        return result
    tie = two.solve(**_settings(program))
    if tie.certified_value is None or _is_below(result.certified_value, tie.value * (1 - _TIE)):
        return result
    return replace(tie, seconds=result.seconds + tie.seconds)


def _is_below(bound: float | None, limit: float | None) -> bool:
    return bound is not None and limit is not None and bound < limit


def _settings(program: Program) -> dict[str, Any]:
    return {
        "precision_bits": program.precision_bits,
        "gap_tolerance": program.gap_tolerance,
        "max_iterations": program.max_iterations,
    }


def _three_point(program: Program) -> ThreePointBound:
    assert program.truncation_radius is not None
    assert program.majorant_degree is not None
    return ThreePointBound(
        program.dimension,
        program.half_degree_2,
        program.half_degree_3,
        program.min_distance,
        program.truncation_radius,
        multipliers=program.multipliers,
        majorant_degree=program.majorant_degree,
    )
