"""Runs of tasks with costs: what is stored, when they end, and what optimizers are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hebo.experiment.analysis.observations import observations
from hebo.experiment.analysis.run_tables import run_table
from hebo.experiment.store.results import load_results

from ..conftest import lasting
from .reopened import reopen

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]

LEVELS: dict[str, Any] = {"type": "branin_two_level", "cheap_cost": 0.25}
AWARE: dict[str, Any] = {"type": "hebo", "n_initial": 4, "fidelity_costs": [0.25, 1.0]}
TENTHS: dict[str, Any] = {"type": "costed", "costs": [0.1], "task": {"type": "sphere"}}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_trials_carry_their_costs_and_the_best_is_that_of_the_full_level(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    config = write_config(tasks=[LEVELS], optimizers=[AWARE], budget={"n_trials": 8}, report=True)
    assert hebo("run", config).exit_code == 0
    found = load_results(out)
    levels = [one["level"] for one in found.trials["params"]]
    assert set(levels) == {"cheap", "full"}
    assert found.trials["cost"].tolist() == [1.0 if one == "full" else 0.25 for one in levels]
    table = observations(found)
    assert table["spent"].tolist() == found.trials["cost"].cumsum().tolist()
    assert table["is_ok"].tolist() == [one == "full" for one in levels]
    assert not table["went_wrong"].any()
    values = [one["y"] for one in found.trials["values"]]
    best = min(value for value, level in zip(values, levels, strict=True) if level == "full")
    assert run_table(found)["final"].tolist() == [best]
    shown = hebo("show", out).stdout
    assert f"{best:.6g}" in shown
    assert f"{table['spent'].iloc[-1]:.6g}" in shown
    assert "cost" in hebo("show", out, "hebo@branin_two_level#0").stdout
    assert "Value against cost" in (out / "report.html").read_text()
    assert (out / "costs.png").is_file()


@pytest.mark.parametrize(
    ("budget", "n_trials"),
    [
        ({"cost": 1.0}, 10),
        ({"cost": 0.95}, 10),
        ({"cost": 1.0, "n_trials": 4}, 4),
        ({"cost": 1.0, "n_trials": 50}, 10),
        ({"cost": 0.25, "batch_size": 2}, 4),
    ],
)
def test_a_run_ends_with_the_round_that_spends_its_budget(
    write_config: Write, hebo: Hebo, out: Path, budget: dict[str, Any], n_trials: int
) -> None:
    assert hebo("run", write_config(tasks=[TENTHS], budget=budget)).exit_code == 0
    found = load_results(out)
    assert found.runs["status"].tolist() == ["finished"]
    assert len(found.trials) == n_trials
    assert hebo("run", write_config(tasks=[TENTHS], budget=budget)).exit_code == 0
    assert len(load_results(out).trials) == n_trials


def test_a_run_that_goes_on_has_the_trials_of_one_that_was_never_stopped(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    config = write_config(tasks=[LEVELS], optimizers=[AWARE], budget={"cost": 4.0})
    assert hebo("run", config).exit_code == 0
    whole = load_results(out)
    assert len(whole.trials) > 5
    reopen(out, from_number=4)
    assert hebo("run", config).exit_code == 0
    again = load_results(out)
    assert lasting(again) == lasting(whole)
    assert again.trials["cost"].tolist() == whole.trials["cost"].tolist()


def test_a_budget_of_costs_may_grow_and_not_shrink(write_config: Write, hebo: Hebo, out: Path) -> None:
    assert hebo("run", write_config(tasks=[TENTHS], budget={"cost": 0.3})).exit_code == 0
    assert len(load_results(out).trials) == 3
    assert hebo("run", write_config(tasks=[TENTHS], budget={"cost": 0.6})).exit_code == 0
    grown = load_results(out)
    assert (len(grown.trials), grown.runs["status"].tolist()) == (6, ["finished"])
    answer = hebo("run", write_config(tasks=[TENTHS], budget={"cost": 0.5}))
    assert answer.exit_code == 2
    assert "budget.cost may only grow: stored 0.6, given 0.5" in answer.stderr
    longer = {"n_trials": 10_000, "cost": 0.1}
    assert "may only grow" in hebo("run", write_config(tasks=[TENTHS], budget=longer)).stderr


def test_a_limit_of_costs_that_is_lifted_lets_a_run_go_on_to_its_trials(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    assert hebo("run", write_config(tasks=[TENTHS], budget={"n_trials": 6, "cost": 0.3})).exit_code == 0
    assert hebo("run", write_config(tasks=[TENTHS], budget={"n_trials": 6})).exit_code == 0
    found = load_results(out)
    assert (len(found.trials), found.runs["status"].tolist()) == (6, ["finished"])
    assert found.runs["max_cost"].isna().all()


def test_a_limit_of_costs_needs_tasks_with_costs(write_config: Write, hebo: Hebo, out: Path) -> None:
    answer = hebo("run", write_config(tasks=[{"type": "sphere"}], budget={"cost": 5}))
    assert answer.exit_code == 2
    assert "budget.cost: the task 'sphere' has no costs; wrap it" in answer.stderr
    assert not out.exists()


def test_initial_trials_do_not_count_toward_the_budget(write_config: Write, hebo: Hebo, out: Path) -> None:
    config = write_config(tasks=[TENTHS], budget={"cost": 0.3}, initial_trials=2)
    assert hebo("run", config).exit_code == 0
    assert load_results(out).trials["number"].tolist() == [-2, -1, 0, 1, 2]


def test_an_evaluation_that_ends_without_a_cost_spends_nothing_and_trials_are_limited(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    task = {
        "type": "costed",
        "costs": [1.0],
        "task": {"type": "failing", "mode": "raise", "probability": 1, "task": {"type": "sphere"}},
    }
    assert hebo("run", write_config(tasks=[task], budget={"cost": 2, "n_trials": 5})).exit_code == 0
    found = load_results(out)
    assert found.trials["status"].tolist() == ["failed"] * 5
    assert found.trials["cost"].isna().all()


def test_optimizers_are_told_costs_and_known_variances_also_after_a_stop(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    noisy = {"type": "noisy", "sd": 0.5, "reports_sd": True, "task": TENTHS}
    config = write_config(tasks=[noisy], optimizers=[{"type": "listening"}], budget={"n_trials": 5})
    assert hebo("run", config).exit_code == 0
    whole = lasting(load_results(out))
    # The points say how many costs and variances had been told before them.
    assert [one["params"]["x1"] for one in whole] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert [one["params"]["x2"] for one in whole] == [0.0, 1.0, 2.0, 3.0, 4.0]
    reopen(out, from_number=2)
    assert hebo("run", config).exit_code == 0
    assert lasting(load_results(out)) == whole
