from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.datasets import load_diabetes
from sklearn.model_selection import KFold, train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from tasks.combinatorial.svm_selection import SVMSelection

SETTINGS = {"C": 1.0, "epsilon": 0.1, "gamma": 0.3}


def value(task: SVMSelection, chosen: set[int], **settings: float) -> pd.Series[Any]:
    """The row of the point with the features `chosen`, counted from 0."""
    n = task.data.x.shape[1]
    row = {f"x{i + 1}": i in chosen for i in range(n)} | SETTINGS | settings
    return task.evaluate(pd.DataFrame([row])).iloc[0]


def test_there_are_fifty_booleans_and_three_numbers_on_log_scales() -> None:
    kinds = [one["type"] for one in SVMSelection().parameters()]
    assert kinds == ["bool"] * 50 + ["pow"] * 3
    assert SVMSelection().data.x.shape == (353, 50)
    assert SVMSelection().data.x_test.shape == (89, 50)


def test_the_objective_is_the_mean_error_over_the_folds_with_the_chosen_columns_alone() -> None:
    task = SVMSelection(n_folds=4)
    chosen = [2, 8, 11, 40]
    x, y = task.data.x[:, chosen], task.data.y
    errors = []
    for train, valid in KFold(4).split(x):
        scaler = StandardScaler().fit(x[train])
        model = SVR(C=1.0, epsilon=0.1, gamma=0.3 / 4).fit(scaler.transform(x[train]), y[train])
        errors.append(np.mean((model.predict(scaler.transform(x[valid])) - y[valid]) ** 2))
    assert value(task, set(chosen))["mean_squared_error"] == pytest.approx(np.mean(errors), rel=1e-12)


@pytest.mark.parametrize("feature", [0, 2, 9, 25, 49])
def test_each_boolean_selects_its_own_column(feature: int) -> None:
    task = SVMSelection()
    x, y = task.data.x[:, [feature]], task.data.y
    scaler = StandardScaler().fit(x)
    model = SVR(C=1.0, epsilon=0.1, gamma=0.3).fit(scaler.transform(x), y)
    held_out = np.mean(
        (model.predict(scaler.transform(task.data.x_test[:, [feature]])) - task.data.y_test) ** 2
    )
    assert value(task, {feature})["generalization"] == pytest.approx(held_out, rel=1e-12)


def test_without_features_the_mean_is_predicted_whatever_the_settings() -> None:
    task = SVMSelection()
    y = task.data.y
    expected = np.mean([np.mean((y[valid] - y[train].mean()) ** 2) for train, valid in KFold(5).split(y)])
    for settings in ({}, {"C": 50.0, "gamma": 5.0}):
        found = value(task, set(), **settings)
        assert found["mean_squared_error"] == pytest.approx(expected, rel=1e-12)
        assert found["generalization"] == pytest.approx(np.mean(task.data.y_test**2), rel=1e-12)


def test_features_are_measured_ones_then_their_products_then_noise() -> None:
    task = SVMSelection(n_products=45, n_noise=3)
    x, x_test = train_test_split(load_diabetes(return_X_y=True)[0], test_size=0.2, random_state=0)
    for mine, theirs in ((task.data.x, x), (task.data.x_test, x_test)):
        assert np.array_equal(mine[:, :10], theirs)
        assert np.array_equal(mine[:, 10], theirs[:, 0] * theirs[:, 1])
        assert np.array_equal(mine[:, 19], theirs[:, 1] * theirs[:, 2])
        assert np.array_equal(mine[:, 54], theirs[:, 8] * theirs[:, 9])
        assert mine.shape[1] == 58
    noise = np.concatenate([task.data.x, task.data.x_test])[:, 55:]
    assert np.abs(noise.mean(axis=0)).max() < 4 / np.sqrt(len(noise))
    assert np.abs(np.corrcoef(noise.T) - np.eye(3)).max() < 4 / np.sqrt(len(noise))


def test_the_target_has_unit_variance_on_the_training_rows() -> None:
    y = SVMSelection().data.y
    assert y.mean() == pytest.approx(0.0, abs=1e-12)
    assert y.std() == pytest.approx(1.0)


def test_noise_is_worse_than_nothing_and_good_features_are_better_than_all() -> None:
    task = SVMSelection()
    nothing, noise = (
        value(task, set())["mean_squared_error"],
        value(task, set(range(30, 50)))["mean_squared_error"],
    )
    good, everything = (
        value(task, {1, 2, 3, 6, 8})["mean_squared_error"],
        value(task, set(range(50)))["mean_squared_error"],
    )
    assert good < everything < nothing < noise


@pytest.mark.parametrize("name", ["C", "epsilon", "gamma"])
def test_each_hyperparameter_changes_the_value(name: str) -> None:
    task = SVMSelection()
    assert (
        value(task, {2, 8})["mean_squared_error"] != value(task, {2, 8}, **{name: 0.7})["mean_squared_error"]
    )


def test_seeds_change_the_split_and_the_noise() -> None:
    first = SVMSelection()
    assert (SVMSelection(split_seed=1).data.y != first.data.y).any()
    other = SVMSelection(noise_seed=1).data.x
    assert (other[:, :30] == first.data.x[:, :30]).all()
    assert (other[:, 30:] != first.data.x[:, 30:]).all()


@pytest.mark.parametrize(
    "settings", [{"n_products": 46}, {"n_noise": -1}, {"n_folds": 1}, {"split_seed": -1}, {"noise_seed": -1}]
)
def test_settings_out_of_range_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=next(iter(settings))):
        SVMSelection(**settings)
