from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression

from tasks.hpo.models import UnitNorm, make_model
from tasks.hpo.spaces import BAYESMARK_NAMES, ModelName, Problem, hyperparameters


def rows(n_classes: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4)) * [1, 10, 100, 1000] + 3
    score = x @ [1.0, -0.1, 0.01, 0.0]
    edges = np.quantile(score, np.arange(1, n_classes) / n_classes) if n_classes else []
    return x, np.searchsorted(edges, score) if n_classes else score


def smallest(model: ModelName, problem: Problem) -> dict[str, Any]:
    return {one.name: one.value(one.low) for one in hyperparameters(model, problem)}


def test_unit_norm_gives_centered_columns_of_length_one() -> None:
    x, _ = rows()
    z = UnitNorm().fit(x).transform(x)
    assert np.allclose(z.mean(axis=0), 0)
    assert np.allclose(np.linalg.norm(z, axis=0), 1)


def test_unit_norm_leaves_a_constant_column_at_zero() -> None:
    x = np.full((5, 1), 7.0)
    assert UnitNorm().fit(x).transform(x).tolist() == [[0.0]] * 5


def ridge(**changes: Any) -> dict[str, Any]:
    return {"alpha": 0.5, "fit_intercept": True, "normalize": True, "max_iter": 100, "tol": 1e-4} | changes


def test_normalize_is_ridge_on_columns_of_length_one() -> None:
    x, y = rows()
    z = (x - x.mean(axis=0)) / np.linalg.norm(x - x.mean(axis=0), axis=0)
    weights = np.linalg.solve(z.T @ z + 0.5 * np.eye(4), z.T @ (y - y.mean()))
    model = make_model("linear", "regression", ridge(), seed=0).fit(x, y)
    assert np.allclose(model.predict(x), z @ weights + y.mean())


def test_normalize_without_intercept_has_no_effect_as_in_scikit_learn_of_old() -> None:
    x, y = rows()
    with_it = make_model("linear", "regression", ridge(fit_intercept=False), seed=0).fit(x, y)
    without = make_model("linear", "regression", ridge(fit_intercept=False, normalize=False), seed=0).fit(
        x, y
    )
    assert np.array_equal(with_it.predict(x), without.predict(x))


def test_standardize_makes_the_scale_of_the_inputs_irrelevant() -> None:
    x, y = rows(3)
    settings = {"C": 10.0, "gamma": 1e-3, "tol": 1e-3}
    model = make_model("svm", "classification", settings, seed=0, n_classes=3, standardize=True)
    scaled = clone(model).fit(1000 * x, y)
    assert np.array_equal(scaled.predict(1000 * x), model.fit(x, y).predict(x))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("model", [*BAYESMARK_NAMES, "gbm", "svm_wide"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_each_classifier_gives_probabilities_of_all_classes(model: ModelName, n_classes: int) -> None:
    x, y = rows(n_classes)
    settings = smallest(model, "classification")
    estimator = make_model(
        model, "classification", settings, seed=0, n_classes=n_classes, needs_probabilities=True
    ).fit(x, y)
    probabilities = estimator.predict_proba(x)
    assert probabilities.shape == (60, n_classes)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert estimator.classes_.tolist() == list(range(n_classes))


def test_lasso_is_sparser_than_linear_on_logistic_regression() -> None:
    x, y = rows(2)
    settings = {"C": 0.01, "intercept_scaling": 1.0}
    sparse, dense = (
        make_model(model, "classification", settings, seed=0, n_classes=2).fit(x, y).coef_
        for model in ("lasso", "linear")
    )
    assert (sparse == 0).sum() > (dense == 0).sum() == 0


def test_multiclass_logistic_regression_is_one_versus_rest() -> None:
    x, y = rows(3)
    settings = {"C": 1.0, "intercept_scaling": 1.0}
    whole = make_model("linear", "classification", settings, seed=0, n_classes=3).fit(x, y)
    parts = [
        make_model("linear", "classification", settings, seed=0, n_classes=2)
        .fit(x, y == k)
        .predict_proba(x)[:, 1]
        for k in range(3)
    ]
    expected = np.stack(parts, axis=1)
    assert np.allclose(whole.predict_proba(x), expected / expected.sum(axis=1, keepdims=True))


def test_fixed_settings_are_those_of_bayesmark() -> None:
    forest = make_model("rf", "regression", smallest("rf", "regression"), seed=0)
    assert forest.n_estimators == 10
    adam = make_model("mlp_adam", "classification", smallest("mlp_adam", "classification"), seed=0)
    assert (adam.solver, adam.early_stopping, adam.activation) == ("adam", True, "relu")
    sgd = make_model("mlp_sgd", "regression", smallest("mlp_sgd", "regression"), seed=0)
    assert (sgd.solver, sgd.early_stopping, sgd.activation) == ("sgd", True, "tanh")
    assert (sgd.learning_rate, sgd.nesterovs_momentum) == ("invscaling", True)


def test_the_seed_reaches_models_that_draw_random_numbers() -> None:
    x, y = rows()
    settings = smallest("rf", "regression") | {"max_depth": 5, "min_impurity_decrease": 0.0}

    def predict(seed: int) -> Any:
        return make_model("rf", "regression", settings, seed=seed).fit(x, y).predict(x)

    assert np.array_equal(predict(1), predict(1))
    assert not np.array_equal(predict(1), predict(2))


def test_a_weakly_penalized_lasso_approaches_least_squares() -> None:
    x, y = rows()
    settings = ridge(alpha=1e-6, normalize=False, max_iter=5000, tol=1e-5) | {"positive": False}
    lasso = make_model("lasso", "regression", settings, seed=0).fit(x, y)
    assert np.allclose(lasso.coef_, LinearRegression().fit(x, y).coef_, atol=1e-4)
