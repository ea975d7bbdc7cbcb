"""Experiments over tables of candidates: where their files are, and where their rows end."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from hebo.experiment.config.experiment import build_experiment, describe_experiment
from hebo.experiment.store.results import load_results
from hebo.experiment.yaml.document import parse_yaml, read_yaml, write_yaml

Write = Callable[..., Path]
Hebo = Callable[..., Result]

LIBRARY = {"type": "measured_library", "candidates": "yields.csv", "columns": ["base", "heat"]}
ROWS = [(base, heat, base * 3 + (heat - 2) ** 2) for base in range(3) for heat in range(4)]


@pytest.fixture
def library(tmp_path: Path) -> None:
    lines = ["base,heat,y", *(",".join(map(str, row)) for row in ROWS)]
    (tmp_path / "yields.csv").write_text("\n".join(lines) + "\n")


@pytest.mark.usefixtures("library")
def test_a_run_asks_for_rows_alone_and_for_none_twice(
    write_config: Write, hebo: Hebo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    settings: dict[str, Any] = {
        "optimizers": [{"type": "random_search"}, {"type": "bayes_opt", **COMPOSITION}],
        "tasks": [LIBRARY],
        "budget": {"n_trials": 8, "batch_size": 2},
        "initial_trials": 4,
    }
    done = hebo("run", write_config(**settings))
    assert done.exit_code == 0, done.output
    trials = load_results(tmp_path / "out").trials
    for _, run in trials.groupby("run_id"):
        asked = sorted((row["base"], row["heat"]) for row in run["params"])
        assert asked == [(base, heat) for base, heat, _ in ROWS]
        assert all(
            value["y"] == row["base"] * 3 + (row["heat"] - 2) ** 2
            for row, value in zip(run["params"], run["values"], strict=True)
        )


COMPOSITION = {
    "n_initial": 3,
    "surrogate": {"type": "warped_gp", "n_starts": 1},
    "acquisition": {"type": "log_ei"},
    "acq_optimizer": {"type": "exhaustive"},
    "output_transform": {"type": "standardize"},
}


@pytest.mark.usefixtures("library")
def test_more_evaluations_than_candidates_are_refused_before_the_first(
    write_config: Write, hebo: Hebo
) -> None:
    done = hebo("run", write_config(tasks=[LIBRARY], budget={"n_trials": 10}, initial_trials=3))
    assert done.exit_code == 2
    assert re.search(
        r"tasks\[0\]: has 12 candidates, .* a run evaluates 13 \(budget.n_trials and initial_trials\); lower these",
        done.output,
    )


@pytest.mark.usefixtures("library")
def test_the_resolved_file_finds_the_table_from_anywhere(write_config: Write, tmp_path: Path) -> None:
    noisy = {"type": "noisy", "sd": 0.1, "task": LIBRARY}
    document = read_yaml(write_config(tasks=[LIBRARY, noisy]))
    experiment = build_experiment(document)
    resolved = write_yaml(describe_experiment(experiment))
    found = [one["task"] if one["type"] == "noisy" else one for one in yaml.safe_load(resolved)["tasks"]]
    assert [one["candidates"] for one in found] == [str(tmp_path.resolve() / "yields.csv")] * 2
    assert build_experiment(parse_yaml(resolved, file="/nowhere/resolved.yaml")) == experiment
    assert document.data["tasks"][0]["candidates"] == "yields.csv"


@pytest.mark.usefixtures("library")
def test_halves_of_a_split_have_tables_beside_the_file_too(write_config: Write, tmp_path: Path) -> None:
    split = {
        "tuning": {"tasks": [{"type": "branin"}], "seeds": [9]},
        "reporting": {"tasks": [LIBRARY], "seeds": [1]},
    }
    path = write_config(tasks=None, seeds=None, split=split, part="reporting")
    (task,) = build_experiment(read_yaml(path)).tasks
    assert getattr(task.recipe, "candidates", None) == str(tmp_path.resolve() / "yields.csv")


def test_a_table_that_is_not_there_is_named_by_the_task(write_config: Write, hebo: Hebo) -> None:
    done = hebo("run", write_config(tasks=[LIBRARY | {"candidates": "none.csv"}]))
    assert done.exit_code == 2
    assert re.search(r"tasks\[0\]: .*none\.csv cannot be read", done.output)
