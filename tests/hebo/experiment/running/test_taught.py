"""Experiments that learn from earlier trials: read when they are prepared, checked when they go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result

from hebo.experiment.store.results import load_results

from ..conftest import lasting

Write = Callable[..., Path]
Hebo = Callable[..., Result]
SEARCH = {"type": "random", "n_points": 60}
SETTINGS: dict[str, Any] = {
    "optimizers": [{"type": "hebo_transfer", "acq_optimizer": SEARCH}, {"type": "sobol"}],
    "tasks": [{"type": "branin"}],
    "budget": {"n_trials": 3},
    "initial_trials_from": "older.csv",
}
OLDER = "x1,x2,y\n1,2,30.5\n3.1,2.3,0.5\n9,9,failed\n-4,4,80\n"


def write_older(folder: Path, text: str = OLDER) -> None:
    (folder / "older.csv").write_text(text)


def params(folder: Path, run_id: str) -> list[dict[str, Any]]:
    trials = load_results(folder / "out").trials
    return list(trials[trials.run_id == run_id].params)


def test_optimizers_that_learn_begin_with_the_best_of_the_earlier_trials(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    write_older(tmp_path)
    done = hebo("run", write_config(**SETTINGS))
    assert done.exit_code == 0, done.output
    assert "note: branin: " in done.output
    assert "3 of 4 trials are learned from, 1 failed" in done.output
    assert params(tmp_path, "hebo_transfer@branin#0")[0] == {"x1": 3.1, "x2": 2.3}
    assert params(tmp_path, "sobol@branin#0")[0] != {"x1": 3.1, "x2": 2.3}


def test_an_experiment_learns_from_another_one(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    assert hebo("run", write_config("first.yaml", name="first", tasks=[{"type": "branin"}])).exit_code == 0
    earlier = load_results(tmp_path / "out").trials
    settings = SETTINGS | {"initial_trials_from": [{"source": "out"}], "output": str(tmp_path / "second")}
    done = hebo("run", write_config(**settings))
    assert done.exit_code == 0, done.output
    best = earlier.params[pd.Series([one["y"] for one in earlier["values"]]).idxmin()]
    found = load_results(tmp_path / "second").trials
    assert found[found.run_id == "hebo_transfer@branin#0"].params.iloc[0] == pytest.approx(best)


def test_a_longer_run_goes_on_with_the_same_points(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    write_older(tmp_path)
    assert hebo("run", write_config(**SETTINGS | {"budget": {"n_trials": 2}})).exit_code == 0
    assert hebo("run", write_config(**SETTINGS | {"budget": {"n_trials": 5}})).exit_code == 0
    whole = SETTINGS | {"budget": {"n_trials": 5}, "output": str(tmp_path / "whole")}
    assert hebo("run", write_config(**whole)).exit_code == 0
    assert lasting(load_results(tmp_path / "out")) == lasting(load_results(tmp_path / "whole"))


def test_trials_that_have_changed_are_refused(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    write_older(tmp_path)
    config = write_config(**SETTINGS)
    assert hebo("run", config).exit_code == 0
    write_older(tmp_path, OLDER + "5,5,20\n")
    done = hebo("run", config, "budget.n_trials=4")
    assert done.exit_code == 2
    assert "initial_trials_from: stored" in done.output
    assert "choose another `name` and `output`" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"initial_trials_from": "nowhere"}, r"initial_trials_from.*there is no"),
        ({"initial_trials_from": {"source": "older.csv", "taks": "a"}}, "unknown key. Did you mean 'task'"),
        ({"tasks": [{"type": "hartmann3"}]}, r"initial_trials_from\[0\].*no column"),
        ({"optimizers": [{"type": "sobol"}, {"type": "hebo"}]}, None),
        ({"optimizers": [{"type": "hebo"}]}, "no optimizer makes use of related tasks; add"),
    ],
)
def test_a_mistake_is_named_before_anything_runs(
    write_config: Write, hebo: Hebo, tmp_path: Path, changes: dict[str, Any], message: str | None
) -> None:
    write_older(tmp_path)
    done = hebo("run", write_config(**SETTINGS | {"budget": {"n_trials": 1}} | changes))
    if message is None:  # a Sobol sequence takes whatever it is told
        assert done.exit_code == 0
        return
    assert done.exit_code == 2
    assert pd.Series([" ".join(done.output.split())]).str.contains(message).item(), done.output
    assert not (tmp_path / "out").exists()
