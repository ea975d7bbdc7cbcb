"""On the command line tasks with several objectives are compared by hypervolume."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hebo.experiment.cli import main

pytestmark = pytest.mark.usefixtures("toys")


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture
def experiment(write_config: Callable[..., Path]) -> Callable[..., Path]:
    """Run random search and Sobol points on some tasks, and return the folder."""

    def run(*tasks: str, **changes: Any) -> Path:
        config = write_config(
            optimizers=[{"type": "random_search"}, {"type": "sobol"}],
            tasks=[{"type": one} for one in tasks],
            seeds=[0, 1],
            **changes,
        )
        done = call("run", config)
        assert done.exit_code == 0, done.output
        return config

    return run


def test_scores_and_ranks_count_them_as_tasks_like_others(experiment: Any) -> None:
    config = experiment("two_objectives", "toy")
    assert "2 × 2" in call("scores", config).stdout
    assert "Ranks over 2 tasks, 4 seeds in all" in call("ranks", config).stdout


def test_bayesmarks_score_says_why_there_is_none(experiment: Any) -> None:
    done = call("score", experiment("two_objectives"))
    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert "these have more: two_objectives (objectives left, right). `hebo scores` compares them." in line
