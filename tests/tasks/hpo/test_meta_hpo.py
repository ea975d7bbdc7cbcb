"""Tests of `tasks.hpo.meta_hpo`: a task for each data set, all with one space, and who learns from which."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hebo.errors import ConfigError
from hebo.random import make_generator
from tasks.hpo.meta_hpo import HELD_OUT_SEEDS, TRAINING_SEEDS, MetaHPO


def test_an_evaluation_is_the_metric_over_folds_of_the_generated_rows() -> None:
    task = MetaHPO(model="knn", dataset_seed=3)
    points = task.space.decode(task.space.sample(4, generator=make_generator(0)))
    found = task.evaluate(points)
    assert list(found.columns) == ["accuracy", "generalization", "error"]
    assert bool(found["accuracy"].between(0, 1).all())
    assert found.equals(task.evaluate(points, seed=5))


def test_another_data_set_has_the_same_space_and_other_values() -> None:
    one, other = (MetaHPO(model="knn", dataset_seed=seed) for seed in (3, 4))
    assert one.space == other.space
    points = one.space.decode(one.space.sample(3, generator=make_generator(0)))
    assert not np.allclose(one.evaluate(points)["accuracy"], other.evaluate(points)["accuracy"])


def test_a_regression_has_an_error_to_minimize() -> None:
    task = MetaHPO(model="lasso", dataset_seed=0, problem="regression")
    assert task.outcomes.objectives[0].name == "mean_squared_error"
    assert task.outcomes.objectives[0].goal == "minimize"
    assert "fit_intercept" in task.space.names
    points = task.space.decode(task.space.sample(2, generator=make_generator(0)))
    assert np.isfinite(task.evaluate(points)["mean_squared_error"]).all()


def test_a_real_data_set_has_at_most_500_rows_of_all_its_classes() -> None:
    data = MetaHPO(model="svm", dataset="digits").data()
    assert len(data.y) + len(data.y_test) == 500
    assert int(data.class_sizes.min()) >= 5


def test_no_data_set_is_learned_from_and_reported_on() -> None:
    assert not set(TRAINING_SEEDS) & set(HELD_OUT_SEEDS)
    assert (len(TRAINING_SEEDS), len(HELD_OUT_SEEDS)) == (28, 12)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "neither of `dataset_seed` and `dataset` given"),
        ({"dataset_seed": 1, "dataset": "iris"}, "both of `dataset_seed` and `dataset` given"),
        ({"dataset": "iris", "problem": "regression"}, "`problem` belongs to `dataset_seed`; drop it"),
        (
            {"dataset_seed": 1, "metric": "mse"},
            "metric 'mse' does not fit classification; use 'nll' or 'acc'",
        ),
    ],
)
def test_settings_that_contradict_one_another_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises((ConfigError, ValidationError), match=message):
        MetaHPO(model="svm", **settings)


def test_the_name_says_model_data_and_metric() -> None:
    assert MetaHPO(model="svm", dataset_seed=7).name == "svm-classification7-acc"
    assert MetaHPO(model="svm", dataset="wine", metric="nll").name == "svm-wine-nll"
