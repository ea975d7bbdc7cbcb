"""Runs of tasks with several objectives: what is stored, shown and compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import create_engine, text

from hebo.experiment.store.results import load_results
from hebo.optimizer.optimizer import Optimizer
from hebo.pareto import hypervolume

from ..conftest import lasting
from .reopened import reopen

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]

STATED = {"type": "two_objectives", "label": "stated", "corner": [5.0, 5.0]}
TWO = [{"type": "random_search"}, {"type": "sobol"}]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_a_stated_reference_point_is_stored_and_hypervolumes_are_known_while_a_run_goes_on(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    ran = hebo("run", write_config(tasks=[STATED], optimizers=TWO[:1]))
    assert ran.exit_code == 0
    found = load_results(out)
    assert found.facts["stated"].reference_point == (5.0, 5.0)
    volume = hypervolume([[one["left"], one["right"]] for one in found.trials["values"]], (5.0, 5.0))
    assert f"best hv {volume:.6g}" in ran.stdout
    engine = create_engine(f"sqlite:///{out / 'results.db'}")
    with engine.connect() as connection:
        (row,) = connection.execute(text("select best, hypervolume from hebo_runs")).all()
    engine.dispose()
    assert row.best is None
    assert row.hypervolume == pytest.approx(volume)
    shown = hebo("show", out).stdout
    assert f"{volume:.6g}" in shown
    assert "best of stated: hypervolume at the reference point (5, 5), stated by the task" in shown


def test_without_one_it_is_inferred_once_runs_are_looked_at_together(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    ran = hebo("run", write_config(tasks=[{"type": "two_objectives"}], optimizers=TWO))
    assert "best - " in ran.stdout
    shown = hebo("show", out).stdout
    assert "inferred from all runs, higher is better" in " ".join(shown.split())
    (row,) = [line for line in shown.splitlines() if line.strip().startswith("sobol@")]
    assert float(row.split()[3]) > 0


def test_scores_and_ranks_go_by_hypervolume(
    write_config: Write, hebo: Hebo, out: Path, tmp_path: Path
) -> None:
    config = write_config(tasks=[STATED, {"type": "toy"}], optimizers=TWO, seeds=[0, 1], report=True)
    assert hebo("run", config).exit_code == 0
    scores = hebo("scores", out, "--csv", tmp_path / "runs.csv")
    assert scores.exit_code == 0, scores.output
    assert "Wrote 8 runs" in scores.stdout
    assert "hypervolume at [5.0, 5.0]" in (tmp_path / "runs.csv").read_text()
    assert hebo("ranks", tmp_path / "runs.csv").stdout == hebo("ranks", out).stdout
    assert "Ranks over 2 tasks, 4 seeds" in hebo("ranks", out).stdout
    page = (out / "report.html").read_text()
    assert "The front of all optimizers together has" in page


def test_a_run_that_goes_on_has_the_trials_of_one_that_was_never_stopped(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    config = write_config(tasks=[STATED], optimizers=TWO[1:], budget={"n_trials": 6, "batch_size": 2})
    assert hebo("run", config).exit_code == 0
    whole = lasting(load_results(out))
    reopen(out, from_number=3)
    assert hebo("run", config).exit_code == 0
    assert lasting(load_results(out)) == whole


def test_a_reference_point_of_another_length_is_refused(write_config: Write, hebo: Hebo, out: Path) -> None:
    answer = hebo("run", write_config(tasks=[STATED | {"corner": [5.0]}]))
    assert answer.exit_code == 2
    assert "reference point (5.0,) has 1 of 2 values" in answer.stderr
    assert not out.exists()


def test_a_task_that_comes_to_state_a_reference_point_may_go_on(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    assert hebo("run", write_config(tasks=[STATED])).exit_code == 0
    engine = create_engine(f"sqlite:///{out / 'results.db'}")
    with engine.begin() as connection:  # as a version before stored it
        connection.execute(text("update hebo_problems set facts = null"))
    assert load_results(out).facts["stated"].reference_point is None
    assert hebo("run", write_config(tasks=[STATED], seeds=[0, 1])).exit_code == 0
    assert load_results(out).facts["stated"].reference_point == (5.0, 5.0)
    with engine.connect() as connection:
        facts = json.loads(connection.execute(text("select facts from hebo_problems")).scalar_one())
    engine.dispose()
    assert facts["reference_point"] == [5.0, 5.0]


def test_the_reference_point_of_the_task_is_stated_to_optimizers_that_take_one(
    write_config: Write, hebo: Hebo, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[float, ...]] = []
    known = Optimizer.set_reference_point

    def noted(optimizer: Optimizer, point: tuple[float, ...]) -> None:
        told.append(point)
        known(optimizer, point)

    monkeypatch.setattr(Optimizer, "set_reference_point", noted)
    several = {"type": "hebo", "acq_optimizer": {"type": "random", "n_points": 50}}
    inferring = {**several, "label": "inferring", "acquisition": {"type": "log_ehvi", "reference": "near"}}
    optimizers = [several, inferring, {"type": "random_search"}]
    ran = hebo("run", write_config(tasks=[STATED, {"type": "two_objectives"}], optimizers=optimizers))
    assert ran.exit_code == 0, ran.output
    assert told == [(5.0, 5.0)]
