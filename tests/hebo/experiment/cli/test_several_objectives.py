"""On the command line, too, a task with several objectives has no best value, rank or score."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hebo.experiment.cli import main

pytestmark = pytest.mark.usefixtures("toys")

TWO = "two_objectives (left, right)"


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture
def experiment(write_config: Callable[..., Path]) -> Callable[..., Path]:
    """Run random search and Sobol points on some tasks, and return the folder."""

    def run(*tasks: str) -> Path:
        config = write_config(
            optimizers=[{"type": "random_search"}, {"type": "sobol"}],
            tasks=[{"type": one} for one in tasks],
            seeds=[0, 1],
        )
        done = call("run", config)
        assert done.exit_code == 0, done.output
        return config

    return run


@pytest.mark.parametrize("command", ["scores", "ranks"])
def test_scores_and_ranks_of_the_others_come_with_a_line(experiment: Any, command: str) -> None:
    done = call(command, experiment("two_objectives", "toy"))
    assert done.exit_code == 0, done.output
    assert f"Left out: {TWO}, as several objectives cannot be compared yet" in done.stderr
    assert "two_objectives" not in done.stdout


@pytest.mark.parametrize("command", ["scores", "ranks", "score"])
def test_without_others_they_say_why_there_is_nothing(experiment: Any, command: str) -> None:
    done = call(command, experiment("two_objectives"))
    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert f"Left out: {TWO}, as several objectives cannot be compared yet" in line


def test_a_table_of_runs_is_without_them(experiment: Any, tmp_path: Path) -> None:
    done = call("scores", experiment("two_objectives", "toy"), "--csv", tmp_path / "runs.csv")
    assert "Wrote 4 runs" in done.stdout
    assert "two_objectives" not in (tmp_path / "runs.csv").read_text()


def test_show_and_progress_have_a_dash_for_the_best_value(write_config: Callable[..., Path]) -> None:
    config = write_config(tasks=[{"type": "two_objectives"}])
    ran = call("run", config)
    assert "best - " in ran.stdout
    (row,) = [line for line in call("show", config).stdout.splitlines() if "finished" in line]
    assert row.split()[:4] == ["random_search@two_objectives#0", "finished", "6/6", "-"]
