"""Tests of `hebo.sklearn_tuner`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hebo.errors import DataError
from hebo.sklearn_tuner import sklearn_tuner


@pytest.fixture(autouse=True)
def _seeded() -> None:
    np.random.seed(0)  # noqa: NPY002  (the original's clients seed this stream)


def data() -> tuple[Any, Any]:
    from sklearn.datasets import make_classification

    return make_classification(n_samples=60, n_features=4, random_state=0)


TREE = [
    {"name": "max_depth", "type": "int", "lb": 1, "ub": 5},
    {"name": "min_samples_leaf", "type": "pow", "lb": 0.01, "ub": 0.4},
    {"name": "criterion", "type": "cat", "categories": ["gini", "entropy"]},
    {"name": "min_impurity_decrease", "type": "num", "lb": 0, "ub": 1, "active_if": {"criterion": ["gini"]}},
]


@pytest.mark.parametrize("greater_is_better", [True, False])
def test_the_tuner_returns_the_best_setting_and_a_table(
    greater_is_better: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    from sklearn.metrics import accuracy_score, zero_one_loss
    from sklearn.tree import DecisionTreeClassifier

    found = sklearn_tuner(
        DecisionTreeClassifier,
        TREE,
        *data(),
        metric=accuracy_score if greater_is_better else zero_one_loss,
        greater_is_better=greater_is_better,
        cv=3,
        max_iter=7,
        report=True,
        hebo_cfg={"scramble_seed": 0, "rand_sample": 4, "model_name": "rf"},
    )
    assert isinstance(found, tuple)
    best, table = found
    extreme = table["metric"].max() if greater_is_better else table["metric"].min()
    row = table[table["metric"] == extreme].iloc[0]
    assert {name: row[name] for name in best} == best
    assert isinstance(best["max_depth"], int)
    assert ("min_impurity_decrease" in best) == (best["criterion"] == "gini")
    assert len(table) == len(capsys.readouterr().out.splitlines()) == 7


def test_the_tuner_without_a_report_returns_the_setting_alone(capsys: pytest.CaptureFixture[str]) -> None:
    from sklearn.metrics import accuracy_score
    from sklearn.tree import DecisionTreeClassifier

    best = sklearn_tuner(DecisionTreeClassifier, TREE[:1], *data(), accuracy_score, max_iter=2, verbose=False)
    assert list(best) == ["max_depth"]
    assert capsys.readouterr().out == ""


def test_the_tuner_says_so_if_the_metric_is_never_a_number() -> None:
    from sklearn.tree import DecisionTreeClassifier

    with pytest.raises(DataError, match="none of 2 settings has a finite metric"):
        sklearn_tuner(DecisionTreeClassifier, TREE[:1], *data(), lambda y, p: np.nan, max_iter=2)
