"""`hebo scores`: from runs to a table of runs, and from such tables to scores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]
TWO: dict[str, Any] = {"optimizers": [{"type": "sobol"}, {"type": "random_search"}], "seeds": 2}


def run(write_config: Write, hebo: Hebo, tmp_path: Path, name: str, **changes: Any) -> str:
    settings = TWO | {"name": name, "output": str(tmp_path / name)} | changes
    assert hebo("run", write_config(f"{name}.yaml", **settings)).exit_code == 0
    return str(tmp_path / name)


def test_scores_come_from_runs_and_from_their_tables(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    first = run(write_config, hebo, tmp_path, "first")
    second = run(write_config, hebo, tmp_path, "second", budget={"n_trials": 9})
    written = hebo("scores", first, "--csv", tmp_path / "tables" / "a.csv")
    assert written.exit_code == 0
    assert "Wrote 4 runs to" in written.stdout
    again = hebo("scores", tmp_path / "tables" / "a.csv")
    assert again.stdout == written.stdout.partition("\n")[2]
    both = hebo("scores", tmp_path / "tables" / "a.csv", second)
    assert both.exit_code == 0
    titles = [
        line.partition(":")[0].strip() for line in both.stdout.splitlines() if "normalized score" in line
    ]
    assert titles == ["first", "second", "all"]


def test_without_random_search_there_are_costs(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    folder = run(write_config, hebo, tmp_path, "speed", optimizers=[{"type": "sobol"}])
    answer = hebo("scores", folder)
    assert answer.exit_code == 0
    assert "speed: CPU seconds per ask" in answer.stdout
    assert "No scores, as random search has no finished run." in answer.stdout


def test_the_same_runs_twice_are_one_line_and_code_1(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    folder = run(write_config, hebo, tmp_path, "first")
    answer = hebo("scores", folder, folder)
    assert answer.exit_code == 1
    assert "4 runs are in two tables" in answer.stderr
