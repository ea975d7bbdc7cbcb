"""Tests of `tasks.sdp_game.solves` with a stand-in for the solver."""

from __future__ import annotations

import json
import math
import multiprocessing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hebo.errors import ConfigError
from tasks.sdp_game.bounds import BoundResult, ThreePointBound
from tasks.sdp_game.certificate import Certificate, Statement
from tasks.sdp_game.solves import Program, Solves, solve_program
from tasks.sdp_game.verify import verify_certificate

PROGRAM = Program(3, 6, 3, 1.26, 1.45, ("1", "C", "G", "g1"), 14)


class Stub:
    """Answers with the value of a formula, and counts how often it is asked."""

    def __init__(self, log: Path | None = None, status: str = "optimal", reason: str | None = None) -> None:
        self.log, self.status, self.reason, self.n_calls = log, status, reason, 0

    def __call__(self, program: Program) -> BoundResult:
        self.n_calls += 1
        if self.log is not None:
            with self.log.open("a") as file:
                file.write(f"{program.digest}\n")
        if self.status != "optimal":
            return self.answer(math.nan, None, None)
        value = 0.77 + 0.01 * program.min_distance
        proved = None if self.reason else value + 1e-9
        r, radius = program.min_distance, program.truncation_radius or program.min_distance
        statement = Statement(3, 6, 3, r, radius, 14, program.multipliers)
        return self.answer(value, proved, Certificate(statement, proved, self.reason, (), ()))

    def answer(self, value: float, proved: float | None, certificate: Certificate | None) -> BoundResult:
        status: Any = self.status
        return BoundResult(value, proved, status, 0.5, certificate, 40, 1e-8, 100, (7,))


def solve_some(cache: str, certificates: str, log: str, first: int) -> list[float | None]:
    """Solve eight programs beginning at one of them; for another process."""
    solves = Solves(cache, certificates, Stub(Path(log)))
    order = [(first + step) % 8 for step in range(8)]
    return [solves(replace(PROGRAM, min_distance=1.0 + 0.01 * one)).bound for one in order]


def test_a_program_is_solved_once_and_its_result_outlives_the_process(tmp_path: Path) -> None:
    cache, folder = str(tmp_path / "cache.jsonl"), str(tmp_path / "proofs" / "here")
    first, second = Stub(), Stub()
    solves = Solves(cache, folder, first)
    found = solves(PROGRAM)
    assert solves(PROGRAM) == found
    assert first.n_calls == 1
    assert Solves(cache, folder, second)(PROGRAM) == found
    assert second.n_calls == 0
    assert (found.bound, found.status, found.reason) == (pytest.approx(0.7826), "certified", None)


@pytest.mark.parametrize(
    "change",
    [
        {"dimension": 4},
        {"half_degree_2": 7},
        {"half_degree_3": 4},
        {"min_distance": math.nextafter(1.26, 2)},
        {"truncation_radius": 1.46},
        {"multipliers": ("1", "C", "G", "g1", "g2")},
        {"majorant_degree": 16},
        {"precision_bits": 320},
        {"gap_tolerance": 1e-8},
        {"max_iterations": 100},
    ],
)
def test_whatever_determines_the_result_is_part_of_the_key(change: dict[str, Any]) -> None:
    other = replace(PROGRAM, **change)
    assert (other.key, other.digest) != (PROGRAM.key, PROGRAM.digest)
    stub = Stub()
    solves = Solves(None, None, stub)
    solves(PROGRAM)
    solves(other)
    assert stub.n_calls == 2


def test_a_proof_is_a_file_and_is_made_again_where_it_is_missing(tmp_path: Path) -> None:
    cache, stub = str(tmp_path / "cache.jsonl"), Stub()
    Solves(cache, None, stub)(PROGRAM)
    solves = Solves(cache, str(tmp_path), stub)
    solves(PROGRAM)
    path = solves.path_of(PROGRAM)
    assert stub.n_calls == 2
    assert path is not None
    assert json.loads(path.read_text())["min_distance"] is not None
    Solves(cache, str(tmp_path), stub)(PROGRAM)
    assert stub.n_calls == 2
    path.unlink()
    Solves(cache, str(tmp_path), stub)(PROGRAM)
    assert stub.n_calls == 3
    assert {one.name for one in tmp_path.iterdir()} == {"cache.jsonl", path.name}


@pytest.mark.parametrize(
    ("stub", "status", "reason"),
    [
        (Stub(status="stalled"), "stalled", "the solver ended with 'stalled'"),
        (Stub(status="iteration_limit"), "iteration_limit", "the solver ended with 'iteration_limit'"),
        (Stub(reason="block 3 is not positive"), "uncertified", "not proved: block 3 is not positive"),
    ],
)
def test_what_is_not_proved_has_no_bound_but_a_reason_and_is_not_tried_again(
    stub: Stub, status: str, reason: str
) -> None:
    solves = Solves(None, None, stub)
    found = [solves(PROGRAM), solves(PROGRAM)]
    assert [(one.bound, one.status, one.reason) for one in found] == [(None, status, reason)] * 2
    assert stub.n_calls == 1


@pytest.mark.client
def test_a_program_without_an_interior_ties_with_two_points_whose_bound_is_proved(tmp_path: Path) -> None:
    pytest.importorskip("flint")
    plateau = Program(3, 2, 1, 1.3, 1.95, ("1", "C", "G", "g1"), 14)
    folder = str(tmp_path)
    tie = Solves(None, folder, solve_program)
    found, alone = tie(plateau), solve_program(Program(3, 2, 0, 1.3))
    assert (found.status, found.bound, found.reason) == ("two_points", alone.certified_value, None)
    path = tie.path_of(plateau)
    assert path is not None
    assert verify_certificate(path).bound == found.bound
    assert json.loads(path.read_text())["half_degree_3"] == 0


@pytest.mark.client
def test_a_proved_program_that_is_no_better_than_two_points_ties_as_well() -> None:
    pytest.importorskip("flint")
    tokens = ("1", "C", "G", "B1", "A1^2", "A1*B1", "A1*C", "g2")
    three = ThreePointBound(3, 2, 3, 1.0359, 1.4719, multipliers=tokens)
    found = solve_program(Program(3, 2, 3, 1.0359, 1.4719, tokens, 14))
    alone = solve_program(Program(3, 2, 0, 1.0359))
    assert three.solve().certified_value == pytest.approx(alone.value, abs=1e-7)
    assert found.certified_value == alone.certified_value


@pytest.mark.client
def test_a_solver_that_did_not_converge_gets_no_bound_from_two_points() -> None:
    pytest.importorskip("flint")
    hurried = Program(3, 2, 1, 1.3, 1.95, ("1", "C", "G", "g1"), 14, max_iterations=5)
    found = Solves(None, None, solve_program)(hurried)
    assert (found.bound, found.status) == (None, "iteration_limit")


def test_a_program_that_makes_no_sense_is_refused_with_the_reason() -> None:
    def refuse(program: Program) -> BoundResult:
        raise ConfigError("majorant_degree = 14 leaves a relative slack of 0.3")

    found = Solves(None, None, refuse)(PROGRAM)
    assert (found.bound, found.status) == (None, "refused")
    assert found.reason is not None
    assert "relative slack" in found.reason


def test_two_processes_share_one_cache(tmp_path: Path) -> None:
    cache, log = str(tmp_path / "cache.jsonl"), str(tmp_path / "log")
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        results = pool.starmap(solve_some, [(cache, str(tmp_path), log, first) for first in (0, 4)])
    assert results[0] == results[1][4:] + results[1][:4]
    n_solved = len(Path(log).read_text().splitlines())
    assert 8 <= n_solved <= 16  # both may begin with one program at the same time
    stub = Stub()
    solves = Solves(cache, str(tmp_path), stub)
    for one in range(8):
        solves(replace(PROGRAM, min_distance=1.0 + 0.01 * one))
    assert stub.n_calls == 0
    assert len(list(tmp_path.glob("bound-3d-*.json"))) == 8


def test_folders_and_files_that_cannot_be_written_are_found_before_anything_is_solved(tmp_path: Path) -> None:
    def never(program: Program) -> BoundResult:
        raise AssertionError("nothing is solved")

    Solves(str(tmp_path / "known.jsonl"), str(tmp_path / "new" / "proofs"), never).require()
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"certificates: the folder .*file/proofs' cannot be written"):
        Solves(None, str(tmp_path / "file" / "proofs"), never).require()
    with pytest.raises(ConfigError, match=r"cannot be (read|written) .*; name another one, or none"):
        Solves(str(tmp_path), None, never).require()
