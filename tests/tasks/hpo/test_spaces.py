from __future__ import annotations

import pytest

from hebo.design_space.design_space import DesignSpace
from tasks.hpo.spaces import (
    BAYESMARK_NAMES,
    Hyperparameter,
    ModelName,
    Problem,
    api_config,
    hyperparameters,
)

# Copied by hand from the documentation of Bayesmark 0.0.8: name, type, space, range.
_LOGIT_49 = ("real", "logit", (0.01, 0.49))
_LOGIT_99 = ("real", "logit", (0.01, 0.99))
_TOL = ("real", "log", (1e-5, 1e-1))
_TREE = {
    "max_depth": ("int", "linear", (1, 15)),
    "min_samples_split": _LOGIT_99,
    "min_samples_leaf": _LOGIT_49,
    "min_weight_fraction_leaf": _LOGIT_49,
    "max_features": _LOGIT_99,
    "min_impurity_decrease": ("real", "linear", (0.0, 0.5)),
}
_MLP = {
    "hidden_layer_sizes": ("int", "linear", (50, 200)),
    "alpha": ("real", "log", (1e-5, 1e1)),
    "batch_size": ("int", "linear", (10, 250)),
    "learning_rate_init": ("real", "log", (1e-5, 1e-1)),
    "tol": _TOL,
    "validation_fraction": ("real", "logit", (0.1, 0.9)),
}
_ADAM = {
    "beta_1": ("real", "logit", (0.5, 0.99)),
    "beta_2": ("real", "logit", (0.9, 1.0 - 1e-6)),
    "epsilon": ("real", "log", (1e-9, 1e-6)),
}
_SGD = {"power_t": ("real", "logit", (0.1, 0.9)), "momentum": ("real", "logit", (0.001, 0.999))}
_HUNDREDS = ("real", "log", (1e-2, 1e2))
_LOGISTIC = {"C": _HUNDREDS, "intercept_scaling": _HUNDREDS}
_RIDGE = {
    "alpha": _HUNDREDS,
    "fit_intercept": ("bool",),
    "normalize": ("bool",),
    "max_iter": ("int", "log", (10, 5000)),
    "tol": ("real", "log", (1e-4, 1e-1)),
}
BAYESMARK = {
    ("knn", "classification"): {"n_neighbors": ("int", "linear", (1, 25)), "p": ("int", "linear", (1, 4))},
    ("svm", "regression"): {
        "C": ("real", "log", (1.0, 1e3)),
        "gamma": ("real", "log", (1e-4, 1e-3)),
        "tol": _TOL,
    },
    ("dt", "classification"): _TREE,
    ("rf", "regression"): _TREE,
    ("mlp_adam", "classification"): _MLP | _ADAM,
    ("mlp_sgd", "regression"): _MLP | _SGD,
    ("ada", "regression"): {
        "n_estimators": ("int", "linear", (10, 100)),
        "learning_rate": ("real", "log", (1e-4, 1e1)),
    },
    ("lasso", "classification"): _LOGISTIC,
    ("linear", "classification"): _LOGISTIC,
    ("lasso", "regression"): _RIDGE | {"tol": _TOL, "positive": ("bool",)},
    ("linear", "regression"): _RIDGE,
}
MODELS: list[ModelName] = [*BAYESMARK_NAMES, "gbm", "svm_wide"]


@pytest.mark.parametrize(("model", "problem"), BAYESMARK)
def test_the_spaces_are_those_of_bayesmark(model: ModelName, problem: Problem) -> None:
    keys = ("type", "space", "range")
    expected = {
        name: dict(zip(keys, entry, strict=False)) for name, entry in BAYESMARK[model, problem].items()
    }
    assert api_config(model, problem) == expected


@pytest.mark.parametrize("problem", ["classification", "regression"])
@pytest.mark.parametrize("model", MODELS)
def test_the_design_space_has_the_same_names_ranges_and_scales(model: ModelName, problem: Problem) -> None:
    variables = hyperparameters(model, problem)
    space = DesignSpace().parse([one.definition() for one in variables])
    assert space.names == list(api_config(model, problem))
    ends = space.decode(space.bounds)
    for one in variables:
        if one.kind != "bool":
            assert ends[one.name].astype(float).tolist() == pytest.approx([one.low, one.high], rel=1e-9)


def test_only_lasso_and_linear_differ_between_the_kinds_of_problem() -> None:
    differ = [
        model for model in MODELS if api_config(model, "classification") != api_config(model, "regression")
    ]
    assert differ == ["lasso", "linear"]


def test_entries_of_a_table_become_python_numbers() -> None:
    assert repr(Hyperparameter("p", "int", "linear", 1, 4).value(2.0)) == "2"
    assert repr(Hyperparameter("p", "real", "linear", 1, 4).value(2)) == "2.0"
    assert repr(Hyperparameter("p", "bool").value(1)) == "True"
