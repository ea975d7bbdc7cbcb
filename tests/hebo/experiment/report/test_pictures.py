"""Tests of `hebo.experiment.report.pictures`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from hebo.experiment.analysis.observations import observations
from hebo.experiment.cli import main
from hebo.experiment.report.page import write_report
from hebo.experiment.report.pictures import N_POINTS, best_points, task_pictures
from hebo.experiment.store.results import Results, load_results
from tasks.antibody.grow import grown


@pytest.fixture
def antigen(tmp_path: Path) -> Path:
    path = tmp_path / "small.json"
    path.write_text(json.dumps(grown(16, 0).to_json()))
    return path


@pytest.fixture
def results(tmp_path: Path, antigen: Path) -> Results:
    settings: dict[str, Any] = {
        "name": "loops",
        "optimizers": [{"type": "random_search"}],
        "tasks": [
            {"type": "branin", "label": "branin"},
            {
                "type": "antibody_design",
                "label": "loop",
                "antigen": str(antigen),
                "length": 6,
                "window": 6,
                "min_contacts": 5,
                "cache": str(tmp_path / "cache"),
            },
        ],
        "seeds": 1,
        "budget": {"n_trials": 4},
        "executor": {"type": "in_process"},
        "output": str(tmp_path / "runs"),
    }
    path = tmp_path / "loops.yaml"
    path.write_text(json.dumps(settings))
    outcome = CliRunner().invoke(main, ["run", str(path), "report=false"])
    assert outcome.exit_code == 0, outcome.output
    return load_results(tmp_path / "runs")


def test_a_report_shows_what_a_task_draws(results: Results, tmp_path: Path) -> None:
    written = {path.name for path in write_report(results, tmp_path / "report")}
    assert {"lattice_02_loop.png", "logo_02_loop.png"} <= written
    page = (tmp_path / "report" / "report.html").read_text()
    assert "Lattice of the best points of loop." in page
    assert "No pictures" not in page
    assert "black" not in page


def test_a_task_that_draws_nothing_has_no_pictures(results: Results) -> None:
    found = task_pictures(results, observations(results), list(dict.fromkeys(results.runs["task"])))
    assert found["branin"].figures == {}
    assert found["branin"].problem == ""
    assert set(found["loop"].figures) == {"lattice", "logo"}


def test_a_report_says_why_a_task_cannot_draw_here(results: Results, antigen: Path, tmp_path: Path) -> None:
    antigen.unlink()
    write_report(results, tmp_path / "report")
    page = (tmp_path / "report" / "report.html").read_text()
    assert "No pictures: " in page
    assert "small.json" in page


def test_points_to_draw_are_the_best_ones_and_each_of_them_once() -> None:
    values = [3.0, 1.0, float("nan"), 2.0, 1.0, *range(10, 40)]
    params = [{"x": f"{value}"} for value in values]
    found = best_points(pd.DataFrame({"value": values, "params": params}))
    assert found["x"].tolist()[:3] == ["1.0", "2.0", "3.0"]
    assert len(found) == N_POINTS


def test_a_report_needs_no_function_of_a_task(results: Results, tmp_path: Path) -> None:
    code = "import sys; from hebo.experiment.cli import main; main(['report', sys.argv[1]])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "runs")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "No pictures" not in (tmp_path / "runs" / "report.html").read_text()
