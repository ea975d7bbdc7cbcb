from __future__ import annotations

import json
from pathlib import Path

import pytest

from tasks import best_known
from tasks.hpo.hpo import HPO
from tasks.synthetic.branin import Branin
from tasks.synthetic.feature_selection import FeatureSelection
from tasks.wrappers.failing import Failing
from tasks.wrappers.noisy import Noisy
from tasks.wrappers.plateau import Quantized


def test_a_task_is_named_by_its_class_and_what_is_not_default() -> None:
    task = HPO(model="svm", dataset="wine", metric="acc", n_folds=3)
    assert best_known.key_of(task) == 'HPO(dataset="wine", metric="acc", model="svm", n_folds=3)'
    assert best_known.key_of(HPO(model="svm", dataset="wine", metric="acc", n_folds=5)) == (
        'HPO(dataset="wine", metric="acc", model="svm")'
    )


def test_a_wrapped_task_is_named_with_its_inside() -> None:
    inner = Failing(task=Branin(n_integer=1), probability=0.5)
    assert best_known.key_of(inner) == "Failing(probability=0.5, task=Branin(n_integer=1))"
    assert best_known.key_of(Failing(task=inner)) == f"Failing(task={best_known.key_of(inner)})"


def test_an_exact_optimum_goes_before_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    task = FeatureSelection(n_features=3)
    monkeypatch.setattr(best_known, "table", lambda: {best_known.key_of(task): 0.25, "Branin()": -1.0})
    assert task.best_known == 0.25
    assert FeatureSelection(n_features=4).best_known is None
    assert Branin().best_known == Branin().optimum


def test_lowering_keeps_the_smaller_value_of_each_task() -> None:
    assert best_known.lowered({"a": 1.0, "c": 2.0}, {"a": 3.0, "b": 1.0, "c": 1.5}) == {
        "a": 1.0,
        "b": 1.0,
        "c": 1.5,
    }


def test_what_is_written_reads_back_with_a_line_per_task(tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    best_known.write({"a": 1.0 / 3.0, "b": 2.0}, path)
    assert json.loads(path.read_text()) == {"a": 1.0 / 3.0, "b": 2.0}
    assert len(path.read_text().splitlines()) == 4


def test_the_shipped_table_is_sorted_and_finite() -> None:
    values = best_known.table()
    assert list(values) == sorted(values)
    assert all(isinstance(value, float) and abs(value) < 1e12 for value in values.values())


def test_wrappers_pass_on_what_they_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = FeatureSelection(n_features=3)
    monkeypatch.setattr(best_known, "table", lambda: {best_known.key_of(inner): 0.25})
    assert Noisy(task=inner, sd=0.1).best_known == 0.25
    assert Quantized(task=inner, step=0.2).best_known == pytest.approx(0.2)
    assert Failing(task=inner, probability=0.5).best_known == 0.25
    assert Failing(task=inner, region={"ridge": (1e-4, 1e-2)}).best_known is None
    assert Failing(task=Branin(), region={"x1": (-5.0, 0.0)}).best_known == Branin().optimum
