"""The search spaces of Bayesmark's models, in its format and in that of our design space.

Names, ranges and scales are those of Bayesmark 0.0.8 (Turner et al., "Bayesian optimization is superior
to random search for machine learning hyperparameter tuning", PMLR 133, 2021). Importing this file loads
neither scikit-learn nor torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

ModelName = Literal[
    "knn", "svm", "dt", "rf", "mlp_adam", "mlp_sgd", "ada", "lasso", "linear", "gbm", "svm_wide"
]
Problem = Literal["classification", "regression"]

BAYESMARK_NAMES: dict[ModelName, str] = {
    "knn": "kNN",
    "svm": "SVM",
    "dt": "DT",
    "rf": "RF",
    "mlp_adam": "MLP-adam",
    "mlp_sgd": "MLP-sgd",
    "ada": "ada",
    "lasso": "lasso",
    "linear": "linear",
}
"""The models of Bayesmark's grid, with the names it gives them."""


@dataclass(frozen=True)
class Hyperparameter:
    """One variable of a model.

    Args:
        name: The model's argument.
        kind: What its values are.
        scale: The scale on which values are spread evenly.
        low: Smallest value.
        high: Largest value.
    """

    name: str
    kind: Literal["real", "int", "bool"]
    scale: Literal["linear", "log", "logit"] = "linear"
    low: float = 0
    high: float = 1

    def definition(self) -> dict[str, Any]:
        """Return the dictionary that `DesignSpace.parse` takes."""
        if self.kind == "bool":
            return {"name": self.name, "type": "bool"}
        bounds = {"name": self.name, "lb": self.low, "ub": self.high}
        if self.scale == "logit":
            return {**bounds, "type": "sigmoid"}
        log = {"log": True} if self.scale == "log" else {}
        return {**bounds, "type": "int" if self.kind == "int" else "num", **log}

    def bayesmark(self) -> dict[str, Any]:
        """Return the entry of Bayesmark's `api_config`."""
        if self.kind == "bool":
            return {"type": "bool"}
        return {"type": self.kind, "space": self.scale, "range": (self.low, self.high)}

    def value(self, raw: Any) -> int | float | bool:
        """Return a table's entry as the Python number that scikit-learn expects."""
        if self.kind == "real":
            return float(raw)
        return bool(raw) if self.kind == "bool" else int(raw)


def hyperparameters(model: ModelName, problem: Problem) -> tuple[Hyperparameter, ...]:
    """Return the variables of a model; Lasso and linear models differ with the problem."""
    if problem == "regression" and model in _REGRESSION:
        return _REGRESSION[model]
    return _COMMON[model]


def api_config(model: ModelName, problem: Problem) -> dict[str, dict[str, Any]]:
    """Return the space in Bayesmark's format: name -> `{type, space, range}`."""
    return {one.name: one.bayesmark() for one in hyperparameters(model, problem)}


def _int(name: str, low: int, high: int, scale: Literal["linear", "log"] = "linear") -> Hyperparameter:
    return Hyperparameter(name, "int", scale, low, high)


def _real(name: str, low: float, high: float) -> Hyperparameter:
    return Hyperparameter(name, "real", "linear", low, high)


def _log(name: str, low: float, high: float) -> Hyperparameter:
    return Hyperparameter(name, "real", "log", low, high)


def _logit(name: str, low: float, high: float) -> Hyperparameter:
    return Hyperparameter(name, "real", "logit", low, high)


def _bool(name: str) -> Hyperparameter:
    return Hyperparameter(name, "bool")


_TREE = (
    _int("max_depth", 1, 15),
    _logit("min_samples_split", 0.01, 0.99),
    _logit("min_samples_leaf", 0.01, 0.49),
    _logit("min_weight_fraction_leaf", 0.01, 0.49),
    _logit("max_features", 0.01, 0.99),
    _real("min_impurity_decrease", 0.0, 0.5),
)
_MLP = (
    _int("hidden_layer_sizes", 50, 200),
    _log("alpha", 1e-5, 1e1),
    _int("batch_size", 10, 250),
    _log("learning_rate_init", 1e-5, 1e-1),
    _log("tol", 1e-5, 1e-1),
    _logit("validation_fraction", 0.1, 0.9),
)
_LOGISTIC = (_log("C", 1e-2, 1e2), _log("intercept_scaling", 1e-2, 1e2))

_COMMON: dict[ModelName, tuple[Hyperparameter, ...]] = {
    "knn": (_int("n_neighbors", 1, 25), _int("p", 1, 4)),
    "svm": (_log("C", 1.0, 1e3), _log("gamma", 1e-4, 1e-3), _log("tol", 1e-5, 1e-1)),
    "dt": _TREE,
    "rf": _TREE,
    "mlp_adam": (
        *_MLP,
        _logit("beta_1", 0.5, 0.99),
        _logit("beta_2", 0.9, 1.0 - 1e-6),
        _log("epsilon", 1e-9, 1e-6),
    ),
    "mlp_sgd": (*_MLP, _logit("power_t", 0.1, 0.9), _logit("momentum", 0.001, 0.999)),
    "ada": (_int("n_estimators", 10, 100), _log("learning_rate", 1e-4, 1e1)),
    "lasso": _LOGISTIC,
    "linear": _LOGISTIC,
    # Not in Bayesmark: ranges that a user who knows nothing of the data would give a support vector machine.
    "svm_wide": (_log("C", 1e-3, 1e3), _log("gamma", 1e-6, 1.0), _log("tol", 1e-5, 1e-1)),
    # Not in Bayesmark: gradient boosting, with ranges around the defaults of scikit-learn.
    "gbm": (
        _int("n_estimators", 10, 200, "log"),
        _log("learning_rate", 1e-3, 1.0),
        _int("max_depth", 1, 8),
        _int("min_samples_leaf", 1, 50, "log"),
        _real("subsample", 0.3, 1.0),
        _logit("max_features", 0.05, 0.99),
    ),
}

_REGRESSION: dict[ModelName, tuple[Hyperparameter, ...]] = {
    "lasso": (
        _log("alpha", 1e-2, 1e2),
        _bool("fit_intercept"),
        _bool("normalize"),
        _int("max_iter", 10, 5000, "log"),
        _log("tol", 1e-5, 1e-1),
        _bool("positive"),
    ),
    "linear": (
        _log("alpha", 1e-2, 1e2),
        _bool("fit_intercept"),
        _bool("normalize"),
        _int("max_iter", 10, 5000, "log"),
        _log("tol", 1e-4, 1e-1),
    ),
}
