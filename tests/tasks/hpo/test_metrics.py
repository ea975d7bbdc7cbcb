from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pytest

from tasks.hpo.metrics import MetricName, metric_function


class Fitted:
    """Predicts what it is given."""

    def __init__(self, values: Any, classes: list[int] | None = None) -> None:
        self.values = np.array(values)
        self.classes_ = classes

    def predict(self, x: Any) -> Any:
        return self.values

    predict_proba = predict


@pytest.mark.parametrize(
    ("metric", "model", "y", "value"),
    [
        ("acc", Fitted([0, 1, 1, 2]), [0, 1, 2, 2], 0.75),
        ("nll", Fitted([[0.5, 0.5], [0.2, 0.8]], [0, 1]), [0, 1], -(log(0.5) + log(0.8)) / 2),
        ("nll", Fitted([[0.5, 0.25, 0.25]], [0, 1, 2]), [0], log(2)),
        ("mae", Fitted([1.0, 2.0]), [3.0, 1.0], 1.5),
        ("mse", Fitted([1.0, 2.0]), [3.0, 1.0], 2.5),
    ],
)
def test_metrics_worked_by_hand(metric: MetricName, model: Fitted, y: list[float], value: float) -> None:
    x = np.zeros((len(y), 1))
    assert metric_function(metric)(model, x, np.array(y)) == pytest.approx(value)
