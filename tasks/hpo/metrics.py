"""Metrics of fitted models on held-out rows: the accuracy is maximized, errors are minimized."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hebo.outcomes import Objective
from tasks.hpo.spaces import Problem

MetricName = Literal["acc", "nll", "mae", "mse"]
Array = NDArray[np.float64]

METRICS: dict[Problem, tuple[MetricName, ...]] = {
    "classification": ("nll", "acc"),
    "regression": ("mae", "mse"),
}
"""The metrics that fit each kind of problem, as in Bayesmark."""

OBJECTIVES: Mapping[MetricName, Objective] = {
    "acc": Objective(name="accuracy", goal="maximize"),
    "nll": Objective(name="log_loss", unit="nats"),
    "mae": Objective(name="mean_absolute_error"),
    "mse": Objective(name="mean_squared_error"),
}
"""What each metric is called, and its goal."""


def metric_function(metric: MetricName) -> Callable[[Any, Array, Array], float]:
    """Return `f(fitted model, x, y)`: the accuracy, log loss in nats, or an error of regression."""
    return {"acc": _accuracy, "nll": _log_loss, "mae": _absolute_error, "mse": _squared_error}[metric]


def _accuracy(model: Any, x: Array, y: Array) -> float:
    return float(np.mean(model.predict(x) == y))


def _log_loss(model: Any, x: Array, y: Array) -> float:
    from sklearn.metrics import log_loss

    # Rows of a small table may lack a class; the model still has a column for it.
    return float(log_loss(y, model.predict_proba(x), labels=model.classes_))


def _absolute_error(model: Any, x: Array, y: Array) -> float:
    return float(np.abs(model.predict(x) - y).mean())


def _squared_error(model: Any, x: Array, y: Array) -> float:
    return float(((model.predict(x) - y) ** 2).mean())
