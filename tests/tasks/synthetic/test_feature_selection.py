from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tasks.synthetic.feature_selection import FeatureSelection


def point(task: FeatureSelection, chosen: set[int], ridge: float) -> pd.DataFrame:
    row = {f"x{i + 1}": i in chosen for i in range(task.n_features)}
    return pd.DataFrame([{**row, "ridge": ridge}])


def value(task: FeatureSelection, chosen: set[int], ridge: float = 1e-4) -> float:
    return float(task.evaluate(point(task, chosen, ridge))["squared_error"].iloc[0])


def test_without_features_the_error_is_the_variance_of_the_mean() -> None:
    task = FeatureSelection(n_features=4, correlation=0.5)
    b = np.array([1.0, 0.0, 0.0, -1.0 / (1.0 + 3 / 4)])
    c = 0.5 ** np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    assert value(task, set()) == pytest.approx(b @ c @ b)


def test_the_right_features_leave_the_variance_of_the_weights_alone() -> None:
    task = FeatureSelection(n_features=4, noise=2.0, n_samples=50)
    assert value(task, {0, 3}) == pytest.approx(4.0 * 2 / 50, rel=1e-3)


def test_one_shrunk_feature_worked_by_hand() -> None:
    task = FeatureSelection(n_features=2, noise=1.0, n_samples=10)
    # b = (1, 0): w = 1 / (1 + ridge) = 1/2, so 1/4 is left and the weights vary by (1 + 1/4) / 4 / 10.
    assert value(task, {0}, ridge=1.0) == pytest.approx(0.25 + 1.25 * 0.25 / 10)


def test_a_correlated_feature_stands_in_for_the_missing_one() -> None:
    task = FeatureSelection(n_features=3, correlation=0.9)
    assert value(task, {0}) < value(task, {1}) < value(task, {2}) < value(task, set())


def test_all_features_cost_more_than_the_right_ones() -> None:
    task = FeatureSelection()
    assert value(task, set(range(0, 20, 3))) < value(task, set(range(20)))
