"""Points that are told before the first ask: the same for all optimizers, and no part of the budget."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hebo.experiment.analysis.observations import observations
from hebo.experiment.executors.stopping import STOP
from hebo.experiment.store.results import load_results

from ..conftest import lasting

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]
SETTINGS: dict[str, Any] = {
    "optimizers": [{"type": "random_search"}, {"type": "sobol"}],
    "tasks": [{"type": "toy", "noise": 0.1, "corner": "nan"}],
    "seeds": [0, 1],
    "budget": {"n_trials": 4, "batch_size": 2},
    "initial_trials": 9,
}


def test_told_points_are_shared_and_beyond_the_budget(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    assert hebo("run", write_config(**SETTINGS)).exit_code == 0
    found = load_results(tmp_path / "out")
    told = found.trials[found.trials["number"] < 0]
    assert set(told["round"]) == {-1}
    points = {key: list(group["params"]) for key, group in told.groupby("run_id")}
    values = {key: list(group["values"]) for key, group in told.groupby("run_id")}
    assert {len(one) for one in points.values()} == {9}
    assert points["random_search@toy#0"] == points["sobol@toy#0"] != points["sobol@toy#1"]
    assert values["random_search@toy#0"] == values["sobol@toy#0"]
    assert len(observations(found)) == 4 * 4
    assert set(found.runs["status"]) == {"finished"}


def test_a_task_may_name_the_points_to_begin_with(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    ehrlich = {"type": "ehrlich", "length": 32, "n_states": 12, "n_motifs": 4}
    settings = SETTINGS | {"tasks": [ehrlich], "budget": {"n_trials": 2}, "initial_trials": 5}
    assert hebo("run", write_config(**settings)).exit_code == 0
    found = load_results(tmp_path / "out").trials
    is_told = found["number"] < 0
    assert set(found.loc[is_told, "status"]) == {"ok"}
    assert found.loc[is_told, "params"].map(str).nunique() == 2 * 5


def test_an_optimizer_learns_from_them_before_its_first_ask(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    quick = {"optimizers": [{"type": "hebo", "n_initial": 4}], "seeds": [0], "budget": {"n_trials": 1}}
    for name, told in (("with", 9), ("without", 0)):
        path = write_config(**SETTINGS | quick | {"initial_trials": told, "output": str(tmp_path / name)})
        assert hebo("run", path).exit_code == 0
    profiles = [load_results(tmp_path / name).trials["profile"].iloc[-1] for name in ("with", "without")]
    assert ["search" in profile for profile in profiles] == [True, False]  # a model is searched, or not


@pytest.mark.parametrize("after", [1, 8, 9, 11])
def test_a_run_that_is_stopped_goes_on_as_if_it_was_not(
    write_config: Write, hebo: Hebo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    reference = write_config("whole.yaml", **SETTINGS | {"output": str(tmp_path / "whole")})
    assert hebo("run", reference).exit_code == 0
    stopped = write_config("stopped.yaml", **SETTINGS | {"output": str(tmp_path / "stopped")})
    with monkeypatch.context() as patch:
        _stop_after(patch, after)
        assert hebo("run", stopped).exit_code == 130
    n_done = (load_results(tmp_path / "stopped").trials["status"] != "pending").sum()
    assert n_done in (after - 1, after)  # what fails while a stop is wanted is measured again
    assert hebo("run", stopped).exit_code == 0
    assert lasting(load_results(tmp_path / "stopped")) == lasting(load_results(tmp_path / "whole"))


@pytest.mark.parametrize("column", ["hebo_runs", "hebo_experiments"])
def test_a_store_that_calls_initial_trials_told_goes_on(
    column: str, write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    """Older stores name them so with each run; still older ones with the experiment only."""
    assert hebo("run", write_config(**SETTINGS)).exit_code == 0
    before = lasting(load_results(tmp_path / "out"))
    with sqlite3.connect(tmp_path / "out" / "results.db") as connection:
        for table in ("hebo_experiments", "hebo_runs"):
            name = '"told":' if table == column else '"unused":'
            connection.execute(
                f"update {table} set config = replace(config, '\"initial_trials\":', ?)", [name]
            )
    connection.close()
    longer = SETTINGS | {"budget": {"n_trials": 6, "batch_size": 2}}
    for _ in range(2):  # the first one writes its own name for them
        assert hebo("run", write_config(**longer)).exit_code == 0
    after = [one for one in lasting(load_results(tmp_path / "out")) if one["number"] < 4]
    assert after == before
    refused = hebo("run", write_config(**longer | {"initial_trials": 8}))
    assert "initial_trials: stored 9, given 8" in refused.output


def _stop_after(patch: pytest.MonkeyPatch, n: int) -> None:
    from hebo.experiment.running import task_evaluation

    calls = 0

    def counted(*arguments: Any, **settings: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == n:
            STOP.set()
        return evaluate(*arguments, **settings)

    evaluate = task_evaluation.evaluate
    patch.setattr(task_evaluation, "evaluate", counted)
