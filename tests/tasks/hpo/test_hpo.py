from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn import datasets
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.neighbors import KNeighborsClassifier

from hebo.errors import ConfigError, DataError
from tasks.hpo import models
from tasks.hpo.data import DatasetName
from tasks.hpo.hpo import HPO, bayesmark_grid
from tasks.hpo.metrics import MetricName
from tasks.hpo.spaces import BAYESMARK_NAMES, ModelName, api_config

NEIGHBOURS = pd.DataFrame({"n_neighbors": [3, 11], "p": [2, 1]})
MODELS: list[ModelName] = [*BAYESMARK_NAMES, "gbm", "svm_wide"]


def cheap_point(task: HPO) -> pd.DataFrame:
    """A point low in each range, for few trees, or high, for coarse tolerances of the networks."""
    low, high = task.space.bounds
    part = 0.8 if task.model.startswith("mlp") else 0.2
    return task.space.decode((low + part * (high - low)).unsqueeze(0))


def csv_file(folder: Path, *, n_rows: int = 60, **columns: Any) -> str:
    path = folder / "table.csv"
    rng = np.random.default_rng(0)
    numbers = {"a": rng.normal(size=n_rows), "b": rng.normal(size=n_rows)}
    pd.DataFrame(numbers | columns).to_csv(path, index=False)
    return str(path)


@pytest.mark.parametrize(("dataset", "metric"), [("iris", "nll"), ("diabetes", "mse")])
@pytest.mark.parametrize("model", MODELS)
def test_each_model_is_tuned_on_both_kinds_of_problem(
    model: ModelName, dataset: DatasetName, metric: MetricName
) -> None:
    task = HPO(model=model, dataset=dataset, metric=metric)
    table = task.evaluate(cheap_point(task))
    assert list(table.columns) == [*task.objectives, "generalization", "error"]
    assert table["error"][0] is None
    # No worse than a constant guess by half: log 3 nats for iris, the variance for diabetes.
    guess = {"iris": np.log(3), "diabetes": np.var(datasets.load_diabetes(return_X_y=True)[1])}[dataset]
    assert 0 < table[task.objectives[0]][0] < (20 if model == "mlp_sgd" else 5) * guess
    assert np.isfinite(table["generalization"][0])


def test_the_objective_is_the_mean_metric_over_five_stratified_folds_of_the_training_rows() -> None:
    x, y = datasets.load_wine(return_X_y=True)
    x, x_test, y, y_test = train_test_split(x, y, test_size=0.2, random_state=0)
    model = KNeighborsClassifier(n_neighbors=11, p=1)
    folds = [
        np.mean(model.fit(x[train], y[train]).predict(x[valid]) == y[valid])
        for train, valid in StratifiedKFold(5).split(x, y)
    ]
    table = HPO(model="knn", dataset="wine", metric="acc").evaluate(NEIGHBOURS)
    assert table["accuracy"][1] == pytest.approx(np.mean(folds))
    assert table["generalization"][1] == pytest.approx(np.mean(model.fit(x, y).predict(x_test) == y_test))


def test_the_same_point_has_the_same_value_whatever_the_seed() -> None:
    task = HPO(model="rf", dataset="iris", metric="nll")
    point = cheap_point(task)
    assert not task.is_noisy
    assert task.evaluate(point, seed=1).equals(task.evaluate(point, seed=2))


def test_without_a_model_seed_the_value_depends_on_the_seed_of_the_trial() -> None:
    task = HPO(model="rf", dataset="iris", metric="nll", model_seed=None)
    point = cheap_point(task).assign(max_depth=4, min_impurity_decrease=0.0)
    assert task.is_noisy
    assert task.evaluate(point, seed=1).equals(task.evaluate(point, seed=1))
    first, second = (task.evaluate(point, seed=seed)["log_loss"][0] for seed in (1, 2))
    assert first != second


def test_an_estimator_that_raises_is_a_failed_evaluation_with_its_reason(tmp_path: Path) -> None:
    # A tenth of the 8 rows of a fit is one row, too few to stop early on with two classes.
    path = csv_file(tmp_path, n_rows=20, y=["no", "yes"] * 10)
    task = HPO(model="mlp_adam", csv=path, target="y", metric="nll", n_folds=2)
    table = task.evaluate(cheap_point(task).assign(validation_fraction=0.1))
    assert np.isnan(table["log_loss"][0])
    assert np.isnan(table["generalization"][0])
    assert re.match(r"ValueError: .*number of classes = 2", table["error"][0])


class Stub(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Raises when fitted, or is infinitely wrong."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def fit(self, x: Any, y: Any) -> Stub:
        self.classes_ = np.unique(y)
        if self.error is not None:
            raise self.error
        return self

    def predict(self, x: Any) -> Any:
        return np.full(len(x), np.inf)


@pytest.mark.parametrize(
    "error", [np.linalg.LinAlgError("singular"), OverflowError("too large"), FloatingPointError("underflow")]
)
def test_numerical_trouble_is_a_failed_evaluation(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "make_model", lambda *args, **kwargs: Stub(error))
    table = HPO(model="knn", dataset="iris", metric="acc").evaluate(NEIGHBOURS[:1])
    assert np.isnan(table["accuracy"][0])
    assert table["error"][0] == f"{type(error).__name__}: {error}"


def test_a_metric_that_is_not_finite_is_a_failed_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "make_model", lambda *args, **kwargs: Stub())
    table = HPO(model="knn", dataset="diabetes", metric="mae").evaluate(NEIGHBOURS[:1])
    assert np.isnan(table["mean_absolute_error"][0])
    assert table["error"][0] == "The mae is not finite: inf, on the held-out rows inf."


def test_a_mistake_in_the_code_is_not_taken_for_a_failed_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "make_model", lambda *args, **kwargs: Stub(TypeError("a bug")))
    with pytest.raises(TypeError, match="a bug"):
        HPO(model="knn", dataset="iris", metric="acc").evaluate(NEIGHBOURS)


def test_settings_change_the_value() -> None:
    values = HPO(model="knn", dataset="wine", metric="nll").evaluate(NEIGHBOURS)["log_loss"]
    assert values[0] != values[1]


def test_standardized_inputs_help_neighbors() -> None:
    raw, scaled = (
        HPO(model="knn", dataset="wine", metric="acc", standardize=flag).evaluate(NEIGHBOURS)["accuracy"][0]
        for flag in (False, True)
    )
    assert scaled > raw + 0.1


def test_the_name_says_model_data_and_metric() -> None:
    assert HPO(model="svm", dataset="digits", metric="acc").name == "svm-digits-acc"
    assert HPO(model="svm", csv="folder/houses.csv", target="price", metric="mae").name == "svm-houses-mae"


@pytest.mark.parametrize(
    ("target", "metric"), [([0.5 * k for k in range(60)], "mae"), (["no", "yes", "perhaps"] * 20, "nll")]
)
def test_any_csv_file_can_be_tuned_on(target: Any, metric: MetricName, tmp_path: Path) -> None:
    task = HPO(model="linear", csv=csv_file(tmp_path, y=target), target="y", metric=metric)
    assert task.space.names == list(api_config("linear", task.kind_of_problem()))
    assert np.isfinite(task.evaluate(cheap_point(task))[task.objectives[0]][0])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"dataset": "diabetes", "metric": "acc"},
            "metric 'acc' does not fit regression on 'diabetes'; use 'mae' or 'mse'",
        ),
        (
            {"dataset": "iris", "metric": "mse"},
            "metric 'mse' does not fit classification on 'iris'; use 'nll' or 'acc'",
        ),
        ({"dataset": "boston", "metric": "mse"}, "'boston' was withdrawn from scikit-learn.*'diabetes'.*csv"),
        ({"dataset": "mnist", "metric": "acc"}, "'breast', 'digits'"),
        ({"metric": "acc"}, "neither of `dataset` and `csv`"),
        ({"dataset": "iris", "csv": "a.csv", "metric": "acc"}, "both of `dataset` and `csv`"),
        ({"csv": "a.csv", "metric": "acc"}, "`csv` without `target`; name the column"),
        ({"dataset": "iris", "target": "y", "metric": "acc"}, "`target` belongs to `csv`; drop it"),
        ({"dataset": "iris", "problem": "regression", "metric": "acc"}, "`problem` belongs to `csv`"),
        ({"dataset": "iris", "metric": "auc"}, "metric"),
        ({"dataset": "iris", "metric": "acc", "n_folds": 1}, "n_folds"),
        ({"dataset": "iris", "metric": "acc", "model": "xgboost"}, "'knn', 'svm'"),
    ],
)
def test_combinations_that_make_no_sense_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        HPO.model_validate({"model": "knn"} | settings)


def test_a_metric_that_does_not_fit_the_csv_file_is_refused_before_any_fit(tmp_path: Path) -> None:
    task = HPO(model="knn", csv=csv_file(tmp_path, y=np.arange(60) / 7), target="y", metric="acc")
    with pytest.raises(
        ConfigError, match=r"metric 'acc' does not fit regression on '.*table\.csv'; use 'mae' or"
    ):
        _ = task.space


def test_a_class_with_fewer_rows_than_folds_is_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path, y=["rare"] * 3 + ["common"] * 57)
    task = HPO(model="knn", csv=path, target="y", metric="acc")
    with pytest.raises(ConfigError, match=r"n_folds=5 is more than the . training rows of the rarest class"):
        _ = task.space


def test_more_folds_than_rows_are_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path, y=np.arange(60) / 7)
    task = HPO(model="knn", csv=path, target="y", metric="mae", n_folds=49)
    with pytest.raises(ConfigError, match=r"n_folds=49 is more than the 48 training rows of"):
        _ = task.space


def test_a_csv_file_that_is_not_there_is_refused_before_any_fit(tmp_path: Path) -> None:
    task = HPO(model="knn", csv=str(tmp_path / "none.csv"), target="y", metric="acc")
    with pytest.raises(DataError, match="there is no file"):
        _ = task.space


def test_the_grid_has_each_model_on_each_data_set_with_both_metrics() -> None:
    grid = bayesmark_grid()
    assert len(grid) == 9 * 5 * 2
    assert len({task.name for task in grid}) == 90
