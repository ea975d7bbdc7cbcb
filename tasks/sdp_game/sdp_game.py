"""Upper bounds on the density of sphere packings as a game (2512.04829), each of them proved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.random import Generator
from pydantic import Field, field_validator, model_validator

from hebo.errors import ConfigError
from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Columns, Task
from tasks.json_lines import JsonLines
from tasks.sdp_game.ball_matrices import require_flint
from tasks.sdp_game.best_distance import prior_over_distance
from tasks.sdp_game.cost import CostModel
from tasks.sdp_game.game import STOP, GameState, SdpGame, reward
from tasks.sdp_game.reference import best_known_density, linear_programming_bound
from tasks.sdp_game.settings import (
    PRESETS,
    Preset,
    check_cheaper,
    check_range,
    default_min_distance,
    token_constraints,
)
from tasks.sdp_game.solves import Program, Solves, solve_program
from tasks.sdp_game.tokens import parse_token


class SpherePackingBound(Task):
    """A proved upper bound on the density of sphere packings, from two points or from three.

    A point says which program is solved: the minimal distance `r` on the scale that the Gaussian fixes, the
    truncation radius as a multiple of it, and which multipliers certify that a kernel of three points is
    negative where it has to be. The value is the bound of Cohn and Elkies (2003) or of Cohn, de Laat and
    Salmon (2206.15373) that this program proves: the upper end of a ball that contains it, with a
    certificate. Where a program of three points is no better than two points at that distance, their bound
    is proved in its place: all of these are ties, with the status `two_points`. Ties, and programs that are
    not solved, are failed evaluations with the reason in the column `error`. Needs the extra `sdp`.

    Sets of multipliers whose program has no interior are ruled out by an input constraint, as are those that
    would cost more than `max_cpu_seconds`.

    Args:
        preset: Values for what is not given: `two_point` (1 CPU second), `three_point_small` (10),
            `three_point_medium` (40), `full` (hours; the degrees of Cohn, de Laat and Salmon).
        dimension: Of space.
        half_degree_2: Half degree of the two-point part.
        half_degree_3: Half degree of the three-point part; 0 leaves it out, and `r` is all there is.
        cheaper: Smaller half degrees of the three-point part that may be evaluated as well (0: two points
            alone): a fidelity. Their bounds are proved too, and weaker.
        min_distance: Range of `r`; by default 0.85 to 1.42 times the distance of neighbors in the best
            packing with one centre per unit volume.
        informed: Whether `r` has a prior (see `hebo.design_space.parameters.prior`): more of its range goes
            to distances at which two points give good bounds, 32 of which are solved before the search.
        radius_ratio: Range of the truncation radius, in units of `r`.
        token_degree: Largest degree of a multiplier that is a product of the base polynomials.
        fixed_tokens: Multipliers that every program has.
        max_cpu_seconds: Largest estimated cost of a program.
        ties: Whether a tie is `failed` or has the bound of two points as its `value`. Where programs begin to
            tie is better learned apart from how good the others are: a model of both takes the step for a
            slope, and shies away from its edge, where the best programs are.
        log_cost: Minimize the logarithm of the estimated CPU seconds as well: a second objective.
        majorant_degree: Degree of the polynomial in place of the exponential.
        precision_bits: Of the solver.
        gap_tolerance: Relative gap at which the solver ends.
        max_iterations: Most iterations of the solver.
        certificates: Folder for the proofs, which `python -m tasks.sdp_game verify` checks.
        cache: File that keeps results, for several processes and later runs; its folder must exist.
    """

    preset: Preset = "three_point_small"
    dimension: int = Field(3, ge=2, le=48)
    half_degree_2: int = Field(6, ge=1)
    half_degree_3: int = Field(3, ge=0)
    cheaper: tuple[int, ...] = ()
    min_distance: tuple[float, float] | None = None
    informed: bool = False
    radius_ratio: tuple[float, float] = (1.02, 2.0)
    token_degree: int = Field(2, ge=1, le=4)
    fixed_tokens: tuple[str, ...] = ("1", "C", "G")
    max_cpu_seconds: float | None = Field(None, gt=0)
    ties: Literal["failed", "value"] = "failed"
    log_cost: bool = False
    majorant_degree: int = Field(14, ge=2)
    precision_bits: int = Field(256, ge=64)
    gap_tolerance: float = Field(1e-7, gt=0, lt=1)
    max_iterations: int = Field(200, ge=1)
    certificates: str | None = None
    cache: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: Any) -> Any:
        preset = given.get("preset", "three_point_small") if isinstance(given, dict) else None
        return {**PRESETS[preset], **given} if preset in PRESETS else given

    @field_validator("cache")
    @classmethod
    def _check_folder(cls, cache: str | None) -> str | None:
        if cache is not None and not JsonLines(cache).has_folder():
            raise ConfigError(f"cache {cache!r}: its folder does not exist; create it.")
        return cache

    @model_validator(mode="after")
    def _check(self) -> SpherePackingBound:
        if self.certificates is not None and Path(self.certificates).is_file():
            raise ConfigError(f"certificates {self.certificates!r} is a file; name a folder.")
        check_range("min_distance", self._range_of_r, 0.0)
        check_range("radius_ratio", self.radius_ratio, 1.0)
        if self.informed and self._range_of_r[0] == self._range_of_r[1]:
            raise ConfigError("informed has no effect where min_distance is one number; drop it.")
        if self.half_degree_3:
            check_cheaper(self.cheaper, self.game)
        else:
            self._refuse_idle_settings()
        return self

    def _refuse_idle_settings(self) -> None:
        of_three_points = "cheaper", "informed", "radius_ratio", "token_degree", "fixed_tokens", "ties"
        for name in (*of_three_points, "majorant_degree"):
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ConfigError(
                    f"{name} has no effect with half_degree_3 = 0, which leaves the three-point part out; "
                    "drop it, or choose a preset with three points."
                )

    @cached_property
    def game(self) -> SdpGame:
        """The rules by which multipliers are chosen.

        Raises:
            ConfigError: If there is nothing to choose: no three-point part, no set with an interior.
        """
        return SdpGame(
            self.dimension,
            self.half_degree_2,
            self.half_degree_3,
            token_degree=self.token_degree,
            fixed_tokens=self.fixed_tokens,
            majorant_degree=self.majorant_degree,
            max_cpu_seconds=self.max_cpu_seconds,
        )

    @cached_property
    def _range_of_r(self) -> tuple[float, float]:
        return self.min_distance or default_min_distance(self.dimension, best_known_density(self.dimension))

    @cached_property
    def _solves(self) -> Solves:
        return Solves(self.cache, self.certificates, solve_program)

    @property
    def name(self) -> str:
        """The class, the dimension and the half degrees."""
        return f"{type(self).__name__}-{self.dimension}d-{self.half_degree_2}-{self.half_degree_3}"

    @property
    def outcomes(self) -> Outcomes:
        """The bound on the density, and what it costs if that is asked for."""
        return outcomes_of(["density_bound", "log_cost"] if self.log_cost else "density_bound")

    def parameters(self) -> list[dict[str, Any]]:
        """Return `r`, and with three points the ratio of radii and whether each free token is there."""
        low, high = self._range_of_r
        r: dict[str, Any] = {"name": "r", "type": "pow", "lb": low, "ub": high}
        if not self.half_degree_3:
            return [r]
        if self.informed:
            r["prior"] = prior_over_distance(*self._two_points)
        low, high = self.radius_ratio
        ratio = {"name": "radius_ratio", "type": "pow", "lb": low, "ub": high}
        # Integers and not booleans, as the constraints below are sums.
        tokens = [{"name": one.name, "type": "int", "lb": 0, "ub": 1} for one in self.game.free_tokens]
        return [r, ratio, *tokens, *self._fidelity()]

    def _fidelity(self) -> list[dict[str, Any]]:
        if not self.cheaper:
            return []
        levels = [*sorted(self.cheaper), self.half_degree_3]
        return [{"name": "half_degree_3", "type": "ordinal", "levels": levels, "role": "fidelity"}]

    def input_constraints(self) -> list[dict[str, Any]]:
        """Return that there is an interior, and the budget; both are linear in the tokens."""
        return token_constraints(self.game) if self.half_degree_3 else []

    def require(self) -> None:
        """Check that python-flint is there, that files can be written, and what bounds are compared with."""
        require_flint()
        self._solves.require()
        if self.half_degree_3:
            _ = self.best_two_point

    def program(self, point: Mapping[str, Any]) -> Program:
        """Return the program of a point.

        Args:
            point: Parameter -> value, as in the design space.
        """
        half_degree_3 = int(point.get("half_degree_3", self.half_degree_3))
        if not half_degree_3:
            return self._two_point(float(point["r"]))
        return replace(
            self._two_point(float(point["r"])),
            half_degree_3=half_degree_3,
            truncation_radius=float(point["r"]) * float(point["radius_ratio"]),
            multipliers=self.game.multipliers(self.state(point)),
            majorant_degree=self.majorant_degree,
        )

    def _two_point(self, r: float) -> Program:
        return Program(
            self.dimension,
            self.half_degree_2,
            0,
            r,
            precision_bits=self.precision_bits,
            gap_tolerance=self.gap_tolerance,
            max_iterations=self.max_iterations,
        )

    def state(self, point: Mapping[str, Any]) -> GameState:
        """Return the end of a game that a point stands for.

        Raises:
            DataError: If no game ends there: there is no interior, or it costs too much.
        """
        r = float(point["r"])
        state = self.game.initial_state(r, r * float(point["radius_ratio"]))
        for place, token in enumerate(self.game.free_tokens):
            if point[token.name]:
                state = self.game.step(state, place)
        return self.game.step(state, STOP)

    @cached_property
    def best_two_point(self) -> float:
        """The best two-point bound over the range of `r`, by a search that takes seconds at half degree 6."""
        return self._solves.best_two_point(*self._two_points)

    @property
    def _two_points(self) -> tuple[int, int, float, float, int]:
        """Dimension, half degree, range and precision of the bounds of two points."""
        return (self.dimension, self.half_degree_2, *self._range_of_r, self.precision_bits)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        points = frame.to_dict("records")  # which keeps integers beside floats
        rows = [self._row({str(name): one for name, one in point.items()}) for point in points]
        return {name: _column([row[name] for row in rows]) for name in rows[0]}

    def _row(self, point: Mapping[str, Any]) -> dict[str, Any]:
        program = self.program(point)
        solved = self._solves(program)
        path = None if solved.bound is None else self._solves.path_of(program)
        is_tie = solved.status == "two_points" and self.ties == "failed"
        bound = math.nan if solved.bound is None or is_tie else solved.bound
        return {
            "density_bound": bound,
            **({"log_cost": math.log(self._cost(program))} if self.log_cost else {}),
            **self._comparison(bound, solved.bound),
            "status": solved.status,
            "seconds": solved.seconds,
            "multipliers": " ".join(program.multipliers) or None,
            "certificate": None if path is None else str(path),
            "error": f"no better than two points, {solved.bound:.9f}" if is_tie else solved.reason,
        }

    def _comparison(self, bound: float, proved: float | None) -> dict[str, float]:
        """Return how a bound compares with linear programming, the best packing, and two points."""
        density, limit = best_known_density(self.dimension), linear_programming_bound(self.dimension)
        found = {
            "below_lp": math.nan if limit is None else limit - bound,
            "above_density": math.nan if density is None else bound - density,
        }
        if self.half_degree_3:
            found["reward"] = reward(proved, two_point=self.best_two_point, density=density or 0.0)
        return found

    def _cost(self, program: Program) -> float:
        model = CostModel(program.half_degree_2, program.half_degree_3, self.majorant_degree)
        return model.total(parse_token(name) for name in program.multipliers)


def _column(values: list[Any]) -> np.ndarray[Any, Any]:
    is_number = all(isinstance(one, float) for one in values)
    return np.array(values, dtype=np.float64 if is_number else object)
