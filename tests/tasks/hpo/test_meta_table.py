"""Tests of `tasks.hpo.meta_table`, and of the scripts of `configs/meta` in small."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hebo.errors import DataError
from tasks.hpo.meta_hpo import MetaHPO
from tasks.hpo.meta_table import held_out_names, meta_tasks, settings_of, training_names, write_tables
from tasks.library.measured import MeasuredLibrary

META = Path(__file__).parents[3] / "configs" / "meta"
TASKS = {name: meta_tasks("knn")[name] for name in ("classification000", "classification100", "iris")}


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The scripts, forgotten at the end."""
    monkeypatch.syspath_prepend(str(META))
    names = ("transfer", "transfer_rows", "tables")
    yield SimpleNamespace(**{name: import_module(name) for name in names})
    for name in names:
        sys.modules.pop(name)


def test_there_are_28_data_sets_to_learn_from_and_16_to_report_on() -> None:
    names = [*training_names(), *held_out_names()]
    assert names == list(dict.fromkeys(names))
    assert (len(training_names()), len(held_out_names())) == (28, 16)
    assert list(meta_tasks("svm")) == [*training_names(), *held_out_names()]
    assert held_out_names("regression")[-1] == "diabetes"


def test_a_table_has_the_values_of_the_task_at_the_same_settings(tmp_path: Path) -> None:
    paths = list(write_tables(TASKS, tmp_path, 6))
    assert [path.stem for path in paths] == list(TASKS)
    first, second, _ = (pd.read_csv(path) for path in paths)
    pd.testing.assert_frame_equal(first[["n_neighbors", "p"]], second[["n_neighbors", "p"]])
    again = TASKS["classification000"].evaluate(first[["n_neighbors", "p"]])
    np.testing.assert_allclose(first["accuracy"], again["accuracy"])


def test_an_interrupted_build_goes_on_with_what_is_missing(tmp_path: Path) -> None:
    build = write_tables(TASKS, tmp_path, 4)
    next(build)
    build.close()
    assert [path.stem for path in write_tables(TASKS, tmp_path, 4)] == ["classification100", "iris"]
    assert list(write_tables(TASKS, tmp_path, 4)) == []


def test_a_table_of_another_design_is_refused(tmp_path: Path) -> None:
    list(write_tables(TASKS, tmp_path, 4))
    with pytest.raises(DataError, match=r"4 settings that are not the 5 of this design; delete it"):
        list(write_tables(TASKS, tmp_path, 5))


def test_a_failed_evaluation_is_a_cell_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MetaHPO, "_evaluate", lambda self, frame, rng: {"accuracy": np.array([0.5, np.nan])})
    (path,) = write_tables({"iris": TASKS["iris"]}, tmp_path, 2)
    assert path.read_text().splitlines()[2].endswith(",failed")


def test_a_table_is_a_library_that_can_be_searched(tmp_path: Path) -> None:
    (path,) = write_tables({"iris": TASKS["iris"]}, tmp_path, 8)
    measured = ({"name": "accuracy", "goal": "maximize"},)
    library = MeasuredLibrary(candidates=str(path), columns=("n_neighbors", "p"), measured=measured)
    settings = settings_of(TASKS["iris"], 8)
    assert library.optimum == pytest.approx(TASKS["iris"].evaluate(settings)["accuracy"].max())


def test_runs_on_tables_are_measured_once_and_printed(
    scripts: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("classification000", "classification001", "iris")
    list(write_tables({name: meta_tasks("knn")[name] for name in names}, tmp_path / "knn", 22))
    monkeypatch.setattr(scripts.transfer, "training_names", lambda: list(names[:2]))
    monkeypatch.setattr(scripts.transfer, "held_out_names", lambda: list(names[2:]))
    arguments = [str(tmp_path), "--model", "knn", "--seeds", "1", "--results", str(tmp_path / "rows.csv")]
    for _ in range(2):
        monkeypatch.setattr(sys, "argv", ["transfer.py", *arguments, "--methods", "gp_ei", "pretrained_gp"])
        scripts.transfer.main()
    rows = scripts.transfer_rows.read_rows(tmp_path / "rows.csv")
    assert [(row.method, row.dataset) for row in rows] == [("gp_ei", "iris"), ("pretrained_gp", "iris")]
    assert all(1 >= row.regret_5 >= row.regret_10 >= row.regret_20 >= 0 for row in rows)
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["transfer.py", "--table", "--results", str(tmp_path / "rows.csv")])
    scripts.transfer.main()
    printed = capsys.readouterr().out
    assert "knn: 1 held-out data sets, 1 seeds" in printed
    assert "times that of gp_ei" in printed


def test_few_settings_of_a_source_keep_their_values(scripts: Any) -> None:
    table = scripts.transfer.Table(settings_of(TASKS["iris"], 30), np.arange(30.0))
    few = scripts.transfer.changed(table, "few", 0)
    assert len(few.loss) == 20
    assert few.settings.equals(table.settings.iloc[few.loss.astype(int)])


def test_the_values_of_unrelated_sources_are_shuffled_or_reversed(scripts: Any) -> None:
    table = scripts.transfer.Table(settings_of(TASKS["iris"], 8), np.arange(8.0))
    assert scripts.transfer.changed(table, "reversed", 0).loss.tolist() == (-np.arange(8.0)).tolist()
    shuffled = scripts.transfer.changed(table, "shuffled", 0).loss
    assert sorted(shuffled) == sorted(table.loss)
    assert shuffled.tolist() != table.loss.tolist()


def test_an_interval_of_equal_values_is_their_value(scripts: Any) -> None:
    assert scripts.transfer_rows.interval(np.full(5, 0.3)) == pytest.approx((0.3, 0.3))
