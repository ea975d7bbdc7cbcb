"""Runs of a task with contexts: what they are asked in, and what is refused before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import create_engine, text

from hebo.experiment.analysis.observations import observations
from hebo.experiment.analysis.run_tables import run_table
from hebo.experiment.store.results import load_results

from ..conftest import lasting
from .reopened import reopen

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]

TWO: dict[str, Any] = {"type": "related_contexts", "task": {"type": "branin"}, "offsets": [0.0, 5.0]}
CYCLE: dict[str, Any] = {
    "type": "in_contexts",
    "task": TWO,
    "contexts": [{"context": "c0"}, {"context": "c1"}],
}
DRAWN: dict[str, Any] = {"type": "in_contexts", "task": TWO, "random": True}
THREE = [{"type": "random_search"}, {"type": "sobol"}, {"type": "hebo", "n_initial": 3}]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def contexts_of(out: Path) -> dict[str, list[str]]:
    trials = load_results(out).trials
    return {
        str(run): [one["context"] for one in rows["params"]]
        for run, rows in trials.groupby("run_id", sort=False)
    }


def test_a_cycle_goes_on_ask_by_ask_for_every_optimizer(write_config: Write, hebo: Hebo, out: Path) -> None:
    budget = {"n_trials": 7, "batch_size": 2}
    assert hebo("run", write_config(tasks=[CYCLE], optimizers=THREE, budget=budget)).exit_code == 0
    assert set(map(tuple, contexts_of(out).values())) == {("c0", "c0", "c1", "c1", "c0", "c0", "c1")}


def test_drawn_contexts_are_the_same_for_all_optimizers_and_others_for_each_seed(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    config = write_config(tasks=[DRAWN], optimizers=THREE[:2], seeds=[0, 1], budget={"n_trials": 12})
    assert hebo("run", config).exit_code == 0
    found = contexts_of(out)
    first, second, third, fourth = found.values()
    assert first == second
    assert third == fourth
    assert first != third
    assert set(first) == {"c0", "c1"}


@pytest.mark.parametrize("task", [CYCLE, DRAWN], ids=["cycle", "drawn"])
def test_a_run_that_goes_on_has_the_trials_of_one_that_was_never_stopped(
    write_config: Write, hebo: Hebo, out: Path, task: dict[str, Any]
) -> None:
    config = write_config(tasks=[task], optimizers=[THREE[2]], budget={"n_trials": 7})
    assert hebo("run", config).exit_code == 0
    whole = lasting(load_results(out))
    reopen(out, from_number=4)
    assert hebo("run", config).exit_code == 0
    assert lasting(load_results(out)) == whole


def test_a_longer_budget_goes_on_in_the_next_context(write_config: Write, hebo: Hebo, out: Path) -> None:
    assert hebo("run", write_config(tasks=[CYCLE], budget={"n_trials": 3})).exit_code == 0
    assert hebo("run", write_config(tasks=[CYCLE], budget={"n_trials": 6})).exit_code == 0
    assert contexts_of(out) == {"random_search@in_contexts#0": ["c0", "c1"] * 3}


def test_initial_trials_have_contexts_too(write_config: Write, hebo: Hebo, out: Path) -> None:
    config = write_config(tasks=[CYCLE], optimizers=THREE, initial_trials=3, budget={"n_trials": 2})
    assert hebo("run", config).exit_code == 0
    assert set(map(tuple, contexts_of(out).values())) == {("c0", "c1", "c0", "c0", "c1")}


def test_the_best_of_a_run_is_the_mean_regret_over_its_contexts(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    assert hebo("run", write_config(tasks=[CYCLE], budget={"n_trials": 8})).exit_code == 0
    trials = load_results(out).trials
    regrets = [
        min(v["y"] for v, p in zip(trials["values"], trials["params"], strict=True) if p["context"] == name)
        - (0.39788735772973816 + offset)
        for name, offset in (("c0", 0.0), ("c1", 5.0))
    ]
    engine = create_engine(f"sqlite:///{out / 'results.db'}")
    with engine.connect() as connection:
        best = connection.execute(text("select best from hebo_runs")).scalar_one()
    engine.dispose()
    assert best == pytest.approx(sum(regrets) / 2)
    shown = hebo("show", out).stdout
    assert f"{best:.6g}" in shown
    assert "best of in_contexts: simple regret, mean over contexts" in shown


def test_numbers_are_drawn_anew_for_each_ask_and_a_run_counts_by_its_mean_regret(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    task = {"type": "in_contexts", "task": {"type": "weather"}, "random": True}
    config = write_config(tasks=[task], optimizers=THREE[::2], budget={"n_trials": 14}, report=True)
    assert hebo("run", config).exit_code == 0
    found = load_results(out)
    temps = [
        [one["temp"] for one in rows["params"]] for _, rows in found.trials.groupby("run_id", sort=False)
    ]
    assert temps[0] == temps[1]
    assert len(set(temps[0])) == 14
    table = run_table(found).set_index("optimizer")
    for name, trials in observations(found).groupby("optimizer", sort=False):
        values = zip(trials["values"], trials["params"], strict=True)
        regrets = [values["y"] - params["temp"] for values, params in values]
        assert table.loc[name, "final"] == pytest.approx(sum(regrets) / 14)
    assert "Not shown one by one: in_contexts has 14 contexts." in (out / "report.html").read_text()


@pytest.mark.parametrize(
    ("task", "optimizer", "message"),
    [
        (TWO, "random_search", "the context parameter context of the task have no values; wrap it"),
        (CYCLE | {"contexts": [{"context": "c2"}]}, "random_search", "contexts[0]: Cannot fix 'context'"),
        (CYCLE | {"contexts": [{"contxt": "c0"}]}, "random_search", "'contxt' is not a context parameter"),
        (CYCLE | {"contexts": [{}]}, "random_search", "contexts[0]: 'context' is missing"),
        (CYCLE | {"random": True}, "random_search", "and not both"),
        (CYCLE | {"contexts": []}, "random_search", "give `contexts: [{...}, {...}]`"),
        (CYCLE | {"task": {"type": "branin"}}, "random_search", "Branin has no context parameter"),
        (
            {"type": "lost_context"},
            "random_search",
            "gives the context {'place': 'here'}; its context parameters",
        ),
        (CYCLE, "cma_es", "does not fit the task 'in_contexts'"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_runs(
    write_config: Write, hebo: Hebo, out: Path, task: dict[str, Any], optimizer: str, message: str
) -> None:
    if optimizer == "cma_es":
        pytest.importorskip("cma")
    answer = hebo("run", write_config(tasks=[task], optimizers=[{"type": optimizer}]))
    assert answer.exit_code == 2
    assert answer.stderr.count("\n") == 1
    assert message in answer.stderr
    assert not out.exists()


def test_candidates_have_to_suffice_in_each_context(
    write_config: Write, hebo: Hebo, out: Path, tmp_path: Path
) -> None:
    rows = "\n".join(f"{x},{x},{'c0' if x < 6 else 'c1'}" for x in range(8))
    (tmp_path / "few.csv").write_text(f"x1,x2,context\n{rows}\n")
    task = CYCLE | {"task": {"type": "among_candidates", "task": TWO, "candidates": "few.csv"}}
    answer = hebo("run", write_config(tasks=[task], budget={"n_trials": 6}))
    assert answer.exit_code == 2
    assert "in the context {'context': 'c1'}:" in answer.stderr
    assert not out.exists()
    assert hebo("run", write_config(tasks=[task], budget={"n_trials": 4})).exit_code == 0
    assert contexts_of(out) == {"random_search@in_contexts#0": ["c0", "c1"] * 2}
