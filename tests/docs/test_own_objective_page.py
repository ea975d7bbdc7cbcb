"""The experiments on the page about own objectives run as shown, with few trials."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from layers import ROOT
from pages import write_files

from hebo.experiment.cli import main
from hebo.experiment.store.results import load_results

PAGE = ROOT / "docs/guide/own_objective.md"


@pytest.mark.parametrize("name", ["tune", "command"])
def test_an_experiment_of_the_page_runs_beside_its_files(tmp_path: Path, name: str) -> None:
    write_files(PAGE, tmp_path)
    small = ["budget.n_trials=4", "executor.type=in_process", f"output={tmp_path / 'out'}", "report=false"]
    done = CliRunner().invoke(main, ["run", str(tmp_path / f"{name}.yaml"), *small], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    trials = load_results(tmp_path / "out").trials
    assert set(trials["status"]) == {"ok"}
    extras = trials["extras"].tolist()
    assert all(one.get("note") or len(one["intermediate"]) == 3 for one in extras)
