"""The notebook of the benchmarks is its script, and its cells run on tables as `hebo scores` writes them."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hebo.experiment.analysis import write_run_table
from hebo.experiment.analysis.run_tables import COLUMNS
from notebooks import NOTEBOOKS, notebook_tool

SCRIPT = (NOTEBOOKS / "benchmarks.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def make() -> ModuleType:
    return notebook_tool()


def runs(suite: str, part: str, optimizers: dict[str, float], *, batch_size: int = 1) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        dict.fromkeys(COLUMNS, 0.0)
        | {"suite": suite, "part": part, "task": task, "optimizer": name, "type": name, "seed": seed}
        | {"n_trials": 3, "batch_size": batch_size, "optimum": np.nan, "best_known": 0.0}
        | {"final": value + 0.1 * seed, "n_asks": 3, "cpu_median": value, "ask_cpu": 3 * value}
        | {
            "best_1": value + 2,
            "best_2": value + 1,
            "best_3": value + 0.1 * seed,
            "versions": '{"hebo": "1"}',
        }
        for name, value in optimizers.items()
        for task in ("t", "u")
        for seed in range(3)
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the working directory one that holds tables of three suites, one without random search."""
    folder = tmp_path / "docs" / "benchmarks"
    three = {"hebo": 1.0, "smac": 2.0, "random_search": 4.0}
    write_run_table(runs("hpo", "reporting", three), folder / "hpo.csv")
    write_run_table(runs("hpo_batch", "reporting", three, batch_size=8), folder / "hpo_batch.csv")
    write_run_table(runs("speed", "", {"hebo": 0.1, "smac": 3.0}), folder / "speed.csv")
    changed = {"hebo": 1.0, "no_warp": 3.0, "random_search": 4.0}
    write_run_table(runs("ablation", "tuning", changed), folder / "ablation.csv")
    (folder / "landscape.csv").write_text("radius,bound\n1.0,0.5\n")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("tables")
def test_every_cell_runs_and_shows_what_the_tables_say(make: ModuleType) -> None:
    names: dict[str, Any] = {}
    shown = [make.run_cell(text, names) for kind, text in make.cells_of(SCRIPT) if kind == "code"]
    assert all(shown)
    assert set(names["scores"]) == {"hpo", "hpo_batch"}
    hpo = names["tables"]["hpo"]
    assert list(hpo.index) == ["hebo", "smac", "random_search"]
    assert hpo.loc["hebo", "mean"] == pytest.approx(1.1 / 4.1)
    assert set(names["pooled"]) == {"batches of 1", "batches of 8"}
    assert [sorted(one["data"]) for one in shown[5]] == [["image/png"]] * 2
    assert names["changes"].loc["no_warp", "difference"] == pytest.approx(2.0 / 4.1)
    assert names["costs"].loc[("speed", "", "smac"), "ratio"] == pytest.approx(30.0)


@pytest.mark.parametrize("script", sorted(NOTEBOOKS.glob("[!m]*.py")), ids=lambda path: path.stem)
def test_a_notebook_has_the_cells_of_its_script(make: ModuleType, script: Path) -> None:
    committed = json.loads(script.with_suffix(".ipynb").read_text(encoding="utf-8"))
    expected = make.notebook(script.read_text(encoding="utf-8"), run=False)
    cells = [{key: one[key] for key in ("cell_type", "id", "source")} for one in committed["cells"]]
    assert cells == [{key: one[key] for key in ("cell_type", "id", "source")} for one in expected["cells"]]
    assert committed["nbformat"] == 4


def test_a_cell_shows_its_last_expression(make: ModuleType) -> None:
    names: dict[str, Any] = {}
    assert make.run_cell("x = 2", names) == []
    assert make.run_cell("None", names) == []
    assert make.run_cell("x += 1\nx", names)[0]["data"] == {"text/plain": "3"}
    assert (
        "<table"
        in make.run_cell("import pandas as pd\npd.DataFrame({'a': [1]})", names)[0]["data"]["text/html"]
    )


def test_markdown_loses_its_comment_signs_only(make: ModuleType) -> None:
    cells = list(make.cells_of("# %% [markdown]\n# # Title\n#\n# `# a`\n\n# %%\nx = 1\n"))
    assert cells == [("markdown", "# Title\n\n`# a`"), ("code", "x = 1")]
