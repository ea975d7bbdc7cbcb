"""`hebo ranks`: from tables of runs to mean ranks and the critical-difference diagram."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from hebo.experiment.analysis.run_files import write_run_table

from ..analysis.runs import make_runs

Hebo = Callable[..., Result]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Three optimisers in the same order on six tasks, a fourth with runs on one of them only."""
    finals = {
        (f"t{task}", name): [place + task, place + task + 0.5]
        for task in range(6)
        for place, name in enumerate("abc")
    }
    path = tmp_path / "runs.csv"
    write_run_table(make_runs(finals | {("t0", "d"): [9.0]}), path)
    return path


def test_ranks_and_their_test_are_printed_and_drawn(hebo: Hebo, table: Path, tmp_path: Path) -> None:
    chosen = [one for name in "abc" for one in ("--optimizer", name)]
    answer = hebo("ranks", table, *chosen, "-o", tmp_path / "figures" / "ranks.png")
    assert answer.exit_code == 0
    assert "Ranks over 6 tasks, 12 seeds in all" in answer.stdout
    rows = [line.split() for line in answer.stdout.splitlines()]
    assert [row[:2] for row in rows if row and row[0] in "abcd"] == [
        ["a", "1.00"],
        ["b", "2.00"],
        ["c", "3.00"],
    ]
    # Full agreement of 6 tasks on one of 3! orders; CD = 2.343 sqrt(12 / 36) = 1.35.
    assert f"p = {6.0**-5:.2g}." in answer.stdout
    assert "Significant at the 5 % level: a before c." in answer.stdout
    assert "Critical difference 1.35. Not told apart: a, b; b, c." in answer.stdout
    assert (tmp_path / "figures" / "ranks.png").read_bytes().startswith(b"\x89PNG")


def test_only_seeds_of_all_count_and_the_others_are_told(hebo: Hebo, table: Path) -> None:
    answer = hebo("ranks", table)
    assert answer.exit_code == 0
    assert "Ranks over 1 task, 1 seeds in all" in answer.stdout
    assert "Left out: 11 pairs of task and seed that some have no run of." in answer.stdout


def test_a_diagram_that_cannot_be_drawn_is_one_line_and_code_1(
    hebo: Hebo, table: Path, tmp_path: Path
) -> None:
    answer = hebo("ranks", table, "--optimizer", "a", "--optimizer", "b", "-o", tmp_path / "ranks.png")
    assert answer.exit_code == 1
    assert "it needs at least three optimisers" in answer.stderr
    assert not (tmp_path / "ranks.png").exists()


def test_an_unknown_label_is_one_line_and_code_2(hebo: Hebo, table: Path) -> None:
    answer = hebo("ranks", table, "--optimizer", "e")
    assert answer.exit_code == 2
    assert "There is no optimiser 'e'. Known: a, b, c, d." in answer.stderr


def test_runs_of_different_length_are_refused(hebo: Hebo, tmp_path: Path) -> None:
    long = make_runs({("t", "b"): [1.0]}, n_trials=9)
    write_run_table(make_runs({("t", "a"): [1.0]}), tmp_path / "a.csv")
    write_run_table(long, tmp_path / "b.csv")
    answer = hebo("ranks", tmp_path / "a.csv", tmp_path / "b.csv")
    assert answer.exit_code == 1
    assert "Runs of s/reporting/t differ in n_trials (3, 9)" in answer.stderr
