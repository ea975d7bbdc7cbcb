"""The models of Bayesmark's grid as scikit-learn estimators, with its fixed settings.

Where scikit-learn has changed since, the same computation is written in today's terms, so that all
supported versions agree: the removed `normalize` of Lasso and Ridge is a preceding transformation, one-
versus-rest logistic regression is asked for by name, AdaBoost is SAMME in every version. One thing
differs from Bayesmark: the probabilities of a support vector classifier come from scikit-learn's Platt
scaling over 5 folds, since libsvm's own is on its way out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from tasks.hpo.spaces import ModelName, Problem

_MLP_SGD = {
    "solver": "sgd",
    "early_stopping": True,
    "learning_rate": "invscaling",
    "nesterovs_momentum": True,
}

_FAMILIES: dict[str, tuple[Callable[..., Any], Callable[..., Any], dict[str, Any]]] = {
    "knn": (KNeighborsClassifier, KNeighborsRegressor, {}),
    "svm": (SVC, SVR, {"kernel": "rbf"}),
    "svm_wide": (SVC, SVR, {"kernel": "rbf"}),
    "dt": (DecisionTreeClassifier, DecisionTreeRegressor, {}),
    "rf": (RandomForestClassifier, RandomForestRegressor, {"n_estimators": 10}),
    "mlp_adam": (MLPClassifier, MLPRegressor, {"solver": "adam", "early_stopping": True}),
    "mlp_sgd": (MLPClassifier, MLPRegressor, _MLP_SGD),
    "ada": (AdaBoostClassifier, AdaBoostRegressor, {}),
    "lasso": (LogisticRegression, Lasso, {}),
    "linear": (LogisticRegression, Ridge, {}),
    "gbm": (GradientBoostingClassifier, GradientBoostingRegressor, {}),
}


class UnitNorm(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Centre each column and divide it by its Euclidean norm, as `normalize=True` did for linear models."""

    def fit(self, x: NDArray[np.float64], y: object = None) -> UnitNorm:
        """Measure the columns of `x`, `n x p`; constant ones are only centered."""
        self.mean_ = x.mean(axis=0)
        norm = np.linalg.norm(x - self.mean_, axis=0)
        self.norm_ = np.where(norm > 0.0, norm, 1.0)
        return self

    def transform(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return `x`, `n x p`, on the measured scale."""
        scaled: NDArray[np.float64] = (x - self.mean_) / self.norm_
        return scaled


def make_model(
    model: ModelName,
    problem: Problem,
    settings: Mapping[str, Any],
    *,
    seed: int,
    n_classes: int = 0,
    needs_probabilities: bool = False,
    standardize: bool = False,
) -> Any:
    """Return an unfitted estimator.

    Args:
        model: Which family.
        problem: Chooses between classifier and regressor.
        settings: Values of the family's variables.
        seed: `random_state` of estimators that have one.
        n_classes: Number of classes of a classification problem.
        needs_probabilities: Whether `predict_proba` will be called.
        standardize: Whether the inputs are brought to zero mean and unit variance inside each fold.
    """
    classifier, regressor, fixed = _FAMILIES[model]
    is_classifier = problem == "classification"
    values = {**settings, **fixed, **_version_settings(model, is_classifier)}
    normalize = values.pop("normalize", False) and values["fit_intercept"]
    estimator = _seeded(classifier if is_classifier else regressor, values, seed)
    if is_classifier and model in {"lasso", "linear"} and n_classes > 2:
        estimator = OneVsRestClassifier(estimator)
    if is_classifier and model in {"svm", "svm_wide"} and needs_probabilities:
        estimator = CalibratedClassifierCV(estimator, method="sigmoid", cv=5, ensemble=False)
    steps = [StandardScaler()] * standardize + [UnitNorm()] * normalize
    return make_pipeline(*steps, estimator) if steps else estimator


def _version_settings(model: ModelName, is_classifier: bool) -> dict[str, Any]:
    """Return fixed settings that depend on the problem or on the version of scikit-learn."""
    if model == "mlp_sgd" and not is_classifier:
        return {"activation": "tanh"}  # with relu, gradients explode on targets that are not scaled
    if model == "ada" and is_classifier:
        old = AdaBoostClassifier().get_params().get("algorithm") == "SAMME.R"
        return {"algorithm": "SAMME"} if old else {}
    if model in {"lasso", "linear"} and is_classifier:
        old = LogisticRegression().get_params().get("penalty") == "l2"
        is_l1 = model == "lasso"
        penalty = {"penalty": "l1" if is_l1 else "l2"} if old else {"l1_ratio": 1.0 if is_l1 else 0.0}
        return {"solver": "liblinear", **penalty}
    return {}


def _seeded(cls: Callable[..., Any], values: Mapping[str, Any], seed: int) -> Any:
    """Return an estimator with its `random_state`, if it has one, set to `seed`."""
    estimator = cls(**values)
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=seed)
    return estimator
