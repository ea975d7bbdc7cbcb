from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result

import hebo as package

Hebo = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A study with a failure, an infeasible trial, a list among the parameters, and a further value."""

    def measure(config: dict[str, Any]) -> dict[str, Any]:
        if config["a"] > 0.8:
            raise ValueError("too much")
        return {"gain": config["a"], "heat": 10 * config["a"], "note": "seen"}

    space = {"a": (0.0, 1.0), "order": {"type": "permutation", "length": 3}, "gain_of": ["x", "y"]}
    storage = tmp_path / "study.db"
    package.maximize(
        measure,
        space,
        12,
        objective="gain",
        constraints=[{"name": "heat", "ub": 5}],
        optimizer="random_search",
        storage=storage,
    )
    return storage


def test_trials_are_written_as_csv(store: Path, hebo: Hebo, tmp_path: Path) -> None:
    answer = hebo("export", store, "-o", tmp_path / "t.csv")
    assert answer.output == f"Wrote 12 trials to {tmp_path / 't.csv'}\n"
    table = pd.read_csv(tmp_path / "t.csv")
    assert {"number", "status", "a", "order", "gain", "heat", "note", "message"} <= set(table.columns)
    measured = table[table["status"] != "failed"]
    assert (measured["gain"] == measured["a"]).all()
    assert sorted(json.loads(table["order"][0])) == [0, 1, 2]


def test_the_three_formats_have_the_same_rows(store: Path, hebo: Hebo, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    for suffix in ("csv", "json", "parquet"):
        assert hebo("export", store, "-o", tmp_path / f"t.{suffix}").exit_code == 0
    csv, parquet = pd.read_csv(tmp_path / "t.csv"), pd.read_parquet(tmp_path / "t.parquet")
    rows = json.loads((tmp_path / "t.json").read_text())
    assert csv["a"].tolist() == parquet["a"].tolist() == [row["a"] for row in rows]
    assert list(csv.columns) == list(parquet.columns) == list(rows[0])
    assert isinstance(rows[0]["order"], list)


def test_without_a_file_the_csv_is_printed(store: Path, hebo: Hebo) -> None:
    lines = hebo("export", store).output.splitlines()
    assert lines[0].startswith("run_id,optimizer,task,seed,number,round,status,message,a,order,gain_of,gain")
    assert len(lines) == 13


def test_names_of_two_groups_are_told_apart(tmp_path: Path, hebo: Hebo) -> None:
    storage = tmp_path / "s.db"
    package.minimize(
        lambda status: {"value": status, "seed": 3},
        {"status": (0.0, 1.0)},
        2,
        storage=storage,
        optimizer="sobol",
    )
    header = hebo("export", storage).output.splitlines()[0].split(",")
    assert "params.status" in header
    assert "extras.seed" in header
    assert header.count("status") == 1


@pytest.mark.parametrize(
    ("output", "message"), [("t.txt", "ends in none of .csv, .json, .parquet"), ("no/t.csv", "--output")]
)
def test_a_file_that_cannot_be_written_is_refused(
    store: Path, hebo: Hebo, tmp_path: Path, output: str, message: str
) -> None:
    (tmp_path / "no").write_text("a file")
    answer = hebo("export", store, "-o", tmp_path / output)
    assert answer.exit_code == 2
    assert message in answer.output


def test_one_of_several_studies_is_named(store: Path, hebo: Hebo) -> None:
    package.minimize(lambda b: b, {"b": (0.0, 1.0)}, 2, storage=store, name="other", optimizer="sobol")
    assert hebo("export", store).exit_code == 2
    assert len(hebo("export", store, "--name", "other").output.splitlines()) == 3
