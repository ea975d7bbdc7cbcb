"""Runs of problems without a feasible point: what the report and the store say of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

from hebo.experiment.analysis.observations import observations
from hebo.experiment.report.summary import failures
from hebo.experiment.store.results import load_results

Write = Callable[..., Path]
Hebo = Callable[..., Result]

PARTS: dict[str, Any] = {"n_initial": 6, "acq_optimizer": {"type": "nsga2", "population": 20}}
DECLARING = {"type": "hebo", "label": "config", "acquisition": {"type": "config"}, **PARTS}
OTHER = {"type": "hebo", "label": "weighted", **PARTS}


def test_a_run_that_declares_its_problem_infeasible_says_so_in_store_and_report(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    tasks = [
        {"type": "feasible_island", "label": "none", "dim": 1, "level": 1.5},
        {"type": "feasible_island", "label": "some", "dim": 1, "level": 0.5},
    ]
    config = write_config(tasks=tasks, optimizers=[DECLARING, OTHER], seeds=[0], budget={"n_trials": 14})
    done = hebo("run", config)
    assert done.exit_code == 0, done.output
    results = load_results(tmp_path / "out")
    said = {(row.optimizer, row.task): row.message for row in results.runs.itertuples()}
    assert str(said.pop(("config", "none"))).startswith("declared infeasible")
    assert set(said.values()) == {None}
    rows = [one for one in failures(results, observations(results)) if "run finished" in one[2]]
    assert [one[:4] for one in rows] == [("config", "none", "run finished, seed 0", 1)]
