"""Mistakes that show before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]
VESSEL = [{"type": "pressure_vessel"}]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_an_optimizer_that_takes_fewer_objectives_than_the_task_has_is_refused_early(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    recipe = {"type": "genetic_algorithm"}
    answer = hebo("run", write_config(tasks=[{"type": "two_objectives"}], optimizers=[recipe]))
    assert answer.exit_code == 2
    assert (
        "optimizers[0]: 'genetic_algorithm' takes 1 objective, the task 'two_objectives' has 2 (left, right)"
        in answer.stderr
    )
    assert not out.exists()


def test_an_optimizer_that_needs_several_objectives_is_refused_early(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    recipe = {"type": "pymoo", "algorithm": "nsga3"}
    answer = hebo("run", write_config(tasks=[{"type": "branin"}], optimizers=[recipe]))
    assert answer.exit_code == 2
    assert "the task 'branin': pymoo_nsga3 takes 2 objectives or more, y has 1 column(s)" in answer.stderr
    assert not out.exists()


def test_an_optimizer_that_learns_from_comparisons_is_refused_early(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    answer = hebo("run", write_config(tasks=[{"type": "branin"}], optimizers=[{"type": "preferential"}]))
    assert answer.exit_code == 2
    assert "does not fit the task 'branin': Preferential learns from comparisons alone" in answer.stderr
    assert not out.exists()


def test_an_optimizer_without_use_for_constraints_is_refused_early(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    answer = hebo("run", write_config(tasks=VESSEL, optimizers=[{"type": "genetic_algorithm"}]))
    assert answer.exit_code == 2
    assert "does not fit the task 'pressure_vessel': GeneticAlgorithm makes no use of meas" in answer.stderr
    assert not out.exists()


def test_an_optimizer_of_nothing_but_constraints_is_refused_early_where_there_are_none(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    recipe = {"type": "hebo", "acquisition": {"type": "probability_of_feasibility"}}
    answer = hebo("run", write_config(tasks=[{"type": "branin"}], optimizers=[recipe]))
    assert answer.exit_code == 2
    assert "does not fit the task 'branin': ProbabilityOfFeasibility is about measured cons" in answer.stderr
    assert not out.exists()


def test_a_folder_that_cannot_be_written_is_named(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = hebo("run", write_config(output=str(tmp_path / "file")))
    assert answer.exit_code != 0
    assert answer.stderr.count("\n") == 1
    assert str(tmp_path / "file") in answer.stderr


def test_a_task_without_what_it_needs_is_refused_before_a_trial_fails(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    config = write_config(tasks=[{"type": "logic_synthesis", "abc": "/no/such/program"}])
    done = hebo("run", config)
    assert done.exit_code == 2
    assert "abc = '/no/such/program' is not a program that can be run" in done.output
    assert not out.exists()  # so that the corrected file begins anew
