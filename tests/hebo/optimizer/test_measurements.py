"""Tests of `hebo.optimizer.measurements`: variances and costs beside values, told, kept and refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.information import Information, Takes
from hebo.optimizer.optimizer import Optimizer
from hebo.recommenders.random import RandomSearch

SPACE = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
X = pd.DataFrame({"a": [0.1, 0.5, 0.9]})
NAN = float("nan")


class Unaware(RandomSearch):
    """A recommender without use for variances."""

    @property
    def takes(self) -> Takes:
        return super().takes - {Information.VARIANCES}


def fresh() -> Optimizer:
    return RandomSearch().build(SPACE, seed=0)


def test_variances_and_costs_are_kept_beside_the_values() -> None:
    optimizer = fresh()
    optimizer.tell(X, [1.0, NAN, 3.0], y_var=[0.1, 0.2, None], cost=[5, 6.5, NAN])
    assert optimizer.data.y_var is not None
    np.testing.assert_array_equal(optimizer.data.y_var[:, 0], [0.1, NAN, NAN])
    np.testing.assert_array_equal(optimizer.history["variance_0"], [0.1, NAN, NAN])
    np.testing.assert_array_equal(optimizer.history["evaluation_cost"], [5.0, 6.5, NAN])


def test_without_them_nothing_is_kept() -> None:
    optimizer = fresh()
    optimizer.tell(X, [1.0, 2.0, 3.0])
    assert optimizer.data.y_var is None
    assert optimizer.data.costs is None
    assert list(optimizer.history) == ["a", "objective_0"]
    assert not {"y_var", "costs"} & optimizer.state_dict().keys()


def test_they_may_begin_and_end_at_any_time() -> None:
    optimizer = fresh()
    optimizer.tell(X.iloc[[0]], [1.0])
    optimizer.tell(X.iloc[[1]], [2.0], y_var=[0.5], cost=[2.0])
    optimizer.tell(X.iloc[[2]], [3.0])
    np.testing.assert_array_equal(optimizer.history["variance_0"], [NAN, 0.5, NAN])
    np.testing.assert_array_equal(optimizer.history["evaluation_cost"], [NAN, 2.0, NAN])


def test_they_come_back_from_a_saved_state_and_from_rounds() -> None:
    first = fresh()
    asked = first.ask(2)
    told = {"y": [1.0, 2.0], "y_var": [0.1, NAN], "cost": [1.0, 2.0]}
    first.tell(asked, **told)
    saved, replayed = fresh(), fresh()
    saved.load_state_dict(json.loads(json.dumps(first.state_dict())))
    replayed.restore([(asked, told)])
    pd.testing.assert_frame_equal(saved.history, first.history)
    pd.testing.assert_frame_equal(replayed.history, first.history)


def test_a_correction_keeps_what_it_does_not_name() -> None:
    optimizer = fresh()
    optimizer.tell(X, [1.0, 2.0, 3.0], y_var=[0.1, 0.2, 0.3], cost=[1, 2, 3])
    optimizer.retell(X.iloc[[1]], [20.0])
    assert optimizer.history["variance_0"].tolist() == [0.1, 0.2, 0.3]
    optimizer.retell(X.iloc[[1]], [20.0], y_var=[0.9])
    assert optimizer.history["variance_0"].tolist() == [0.1, 0.9, 0.3]
    assert optimizer.history["evaluation_cost"].tolist() == [1.0, 2.0, 3.0]
    optimizer.forget(X.iloc[[0]])
    assert optimizer.history["variance_0"].tolist() == [0.9, 0.3]


def test_variances_go_to_the_points_of_their_labels() -> None:
    optimizer = fresh()
    optimizer.tell(X, [1.0, 2.0, 3.0], y_var=pd.Series([0.3, 0.1, 0.2], index=[2, 0, 1]))
    assert optimizer.history["variance_0"].tolist() == [0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"y_var": [0.1, -0.2, 0.1]}, r"y_var\[1, 0\] = -0.2: a variance is 0 or more"),
        ({"y_var": [0.1, float("inf"), 0.1]}, r"y_var\[1, 0\] = inf: a variance is 0 or more"),
        ({"y_var": [0.1, float("-inf"), 0.1]}, r"y_var\[1, 0\] = -inf is not finite"),
        ({"y_var": [0.1, "much", 0.1]}, r"y_var\[1, 0\] = 'much' is a str"),
        ({"y_var": [0.1, 0.2]}, "y_var has 2 rows for 3 points"),
        ({"y_var": [[0.1, 0.2]] * 3}, "y_var has 2 columns, y has 1"),
        ({"cost": [1.0, 0.0, 1.0]}, r"cost\[1, 0\] = 0: a cost is positive"),
        ({"cost": [1.0, float("inf"), 1.0]}, r"cost\[1, 0\] = inf: a cost is positive"),
        ({"cost": [1.0]}, "cost has 1 rows for 3 points"),
        ({"cost": [[1.0, 2.0]] * 3}, "cost has 2 columns; give one cost for each point"),
    ],
)
def test_unusable_ones_are_refused_and_nothing_is_recorded(told: dict[str, Any], message: str) -> None:
    optimizer = fresh()
    optimizer.ask(2)
    with pytest.raises(DataError, match=message):
        optimizer.tell(X, [1.0, 2.0, 3.0], **told)
    assert not len(optimizer.history)
    assert len(optimizer.pending) == 2


def test_a_recommender_without_use_for_variances_refuses_them() -> None:
    optimizer = Unaware().build(SPACE, seed=0)
    with pytest.raises(
        IncompatibleError, match=r"Unaware makes no use of known variances \(y_var\); leave them out"
    ):
        optimizer.tell(X, [1.0, 2.0, 3.0], y_var=[0.1, 0.1, 0.1])
    assert not len(optimizer.history)
    told = fresh()
    told.tell(X, [1.0, 2.0, 3.0], y_var=[0.1, 0.1, 0.1])
    with pytest.raises(IncompatibleError, match="Unaware makes no use"):
        optimizer.load_state_dict(told.state_dict())
