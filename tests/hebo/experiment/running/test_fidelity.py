"""A run on a task with cheaper levels: what it reports as the best."""

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

pytestmark = pytest.mark.usefixtures("toys")


@pytest.fixture
def finished(write_config: Callable[..., Path], hebo: Callable[..., Result], tmp_path: Path) -> Path:
    """An experiment in which most evaluations are cheap, and read 6 too low."""
    optimizer = {"type": "hebo", "n_initial": 6, "fidelity_costs": [1, 3, 9]}
    settings: dict[str, Any] = {"optimizers": [optimizer], "tasks": [{"type": "cheap"}]}
    assert hebo("run", write_config(**settings, budget={"n_trials": 9})).exit_code == 0
    return tmp_path / "out"


def test_the_best_of_a_run_is_the_best_at_the_target(finished: Path, hebo: Callable[..., Result]) -> None:
    results = load_results(finished)
    at_target = [params["s"] == 4 for params in results.trials["params"]]
    assert 0 < sum(at_target) < 9
    assert list(results.trials["competes"]) == at_target
    values = [one["y"] for one in results.trials["values"]]
    best = min(value for value, does in zip(values, at_target, strict=True) if does)
    assert min(values) < -4 < 0 <= best
    table = observations(results)
    assert list(table["value"].notna()) == at_target
    assert run_table(results)["final"].tolist() == [best]
    with create_engine(f"sqlite:///{finished / 'results.db'}").connect() as connection:
        assert connection.execute(text("select best from hebo_runs")).scalar_one() == best
    shown = hebo("show", finished).output
    assert f"{best:.6g}"[:6] in shown
    assert "-5." not in shown
