"""Tests of `hebo.optimizer.related`: observations of other tasks, told, kept and refused."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
import torch

from hebo import HEBO
from hebo.acq_optimizers.random import RandomSubset
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import HEBORecipe, HEBOTransfer
from hebo.recommenders.random import RandomSearch
from hebo.surrogates.multitask_gp import MultitaskGP

NAN = float("nan")
SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 2},
        {"name": "c", "type": "cat", "categories": ["u", "v"]},
    ]
)
X = pd.DataFrame({"a": [0.1, 1.5, 1.0], "c": ["u", "v", "u"]})
SEARCH = RandomSubset(n_points=200)


def fresh(seed: int = 0) -> Optimizer:
    return HEBOTransfer(acq_optimizer=SEARCH).build(SPACE, seed=seed)


def loss(x: pd.DataFrame) -> pd.Series:
    return (x["a"] - 1.2) ** 2 + (x["c"] == "v")


def test_they_are_beside_the_data_and_never_in_the_history() -> None:
    optimizer = fresh()
    optimizer.learn_from(X, [1.0, 2.0, NAN])
    optimizer.learn_from(X.iloc[[0]], [7.0])
    assert not len(optimizer.history)
    first, second = optimizer.data.related
    torch.testing.assert_close(first.y[:2, 0], torch.tensor([-1.0, -2.0], dtype=torch.float64))
    assert first.failed.tolist() == [False, False, True]
    assert len(second.x) == 1
    assert optimizer.related[1].to_dict("records") == [{"a": 0.1, "c": "u", "objective_0": 7.0}]


def test_the_points_are_the_same_from_a_saved_state_and_from_rounds() -> None:
    first, saved, replayed = fresh(), fresh(), fresh()
    first.learn_from(X, loss(X) + 3.0)
    replayed.learn_from(X, loss(X) + 3.0)
    rounds = []
    for _ in range(5):
        x = first.ask()
        first.tell(x, loss(x))
        rounds.append((x, loss(x)))
    saved.load_state_dict(json.loads(json.dumps(first.state_dict())))
    replayed.restore(rounds)
    expected = first.ask(2)
    pd.testing.assert_frame_equal(saved.ask(2), expected)
    pd.testing.assert_frame_equal(replayed.ask(2), expected)


def test_another_history_gives_other_points() -> None:
    optimizers = [fresh(), fresh()]
    optimizers[0].learn_from(X, loss(X))
    optimizers[1].learn_from(X, -loss(X))
    for optimizer in optimizers:
        for x in (X.iloc[[0]], X.iloc[[1]], X.iloc[[2]]):
            optimizer.tell(x, loss(x))
    first, second = (optimizer.ask() for optimizer in optimizers)
    assert not first.equals(second)


def test_without_related_tasks_the_state_has_none() -> None:
    assert "related" not in fresh().state_dict()


def test_a_parameter_that_the_other_task_had_not_is_given_or_refused() -> None:
    optimizer = fresh()
    with pytest.raises(DataError, match=r"no column 'c'; say which value held there: defaults=\{'c': ...\}"):
        optimizer.learn_from(X[["a"]], [1.0, 2.0, 3.0])
    optimizer.learn_from(X[["a"]], [1.0, 2.0, 3.0], defaults={"c": "v"})
    assert optimizer.related[0]["c"].tolist() == ["v", "v", "v"]


@pytest.mark.parametrize(
    ("x", "told", "message"),
    [
        (X, {"y": [1.0, 2.0]}, "y has 2 rows for 3 points"),
        (X, {"y": [NAN] * 3}, "needs a successful evaluation"),
        (X, {"y": [1.0, float("-inf"), 1.0]}, "-inf"),
        (X, {"y": [1.0] * 3, "defaults": {"c": "u"}}, "`defaults` gives 'c', which the table has"),
        (X, {"y": [1.0] * 3, "defaults": {"z": 1}}, "`defaults` names 'z', which is no parameter"),
        (X[["a"]], {"y": [1.0] * 3, "defaults": {"c": "w"}}, "'c'"),
        (X.assign(a=9.0), {"y": [1.0] * 3}, "'a'.*outside"),
        (X.assign(z=1.0), {"y": [1.0] * 3}, "'z'"),
        (X, {"y": pd.Series([1.0] * 3, index=[4, 5, 6])}, "the index of y has 4, 5, 6"),
        (X, {"y": [1.0] * 3, "y_var": [0.1, -1.0, 0.1]}, "a variance is 0 or more"),
        (X.iloc[:0], {"y": []}, "needs a successful evaluation"),
    ],
)
def test_unusable_ones_are_refused_and_nothing_is_recorded(
    x: pd.DataFrame, told: dict[str, Any], message: str
) -> None:
    optimizer = fresh()
    with pytest.raises(DataError, match=message):
        optimizer.learn_from(x, **told)
    assert optimizer.related == ()


def test_they_have_as_many_objectives_as_the_run() -> None:
    optimizer = fresh()
    optimizer.learn_from(X, [[1.0, 2.0]] * 3)
    with pytest.raises(DataError, match="y has 1 columns, earlier values had 2"):
        optimizer.tell(X, [1.0, 2.0, 3.0])
    with pytest.raises(DataError, match="y has 1 columns, earlier values had 2"):
        optimizer.learn_from(X, [1.0, 2.0, 3.0])


def test_hebo_refuses_them_and_names_what_takes_them() -> None:
    optimizer = HEBO(SPACE, scramble_seed=0)
    with pytest.raises(IncompatibleError, match=r"use `hebo_transfer`.*multitask_gp"):
        optimizer.learn_from(X, [1.0, 2.0, 3.0])
    taker = HEBORecipe(surrogate=MultitaskGP()).build(SPACE, seed=0)
    taker.learn_from(X, [1.0, 2.0, 3.0])
    with pytest.raises(IncompatibleError, match="makes no use of related tasks"):
        optimizer.load_state_dict(taker.state_dict())


def test_random_search_may_be_told_of_them() -> None:
    optimizer = RandomSearch().build(SPACE, seed=0)
    before = RandomSearch().build(SPACE, seed=0).ask(3)
    optimizer.learn_from(X, [1.0, 2.0, 3.0])
    pd.testing.assert_frame_equal(optimizer.ask(3), before)


def test_infeasible_points_teach_the_model_and_are_not_the_best() -> None:
    optimizer = fresh()
    optimizer.learn_from(X, [1.0, 2.0, 3.0], constraints=[1.0, -1.0, -1.0])
    assert optimizer.ask()["a"].tolist() == [1.5]
