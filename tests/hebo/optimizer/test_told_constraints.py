"""Tests of `hebo.optimizer.optimizer`: constraints that are told."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from hebo.errors import DataError, IncompatibleError
from hebo.information import Information, Takes
from hebo.optimizer.optimizer import Optimizer
from hebo.recommenders.random import RandomSearch
from tests.hebo.optimizer.quick import frame, space


def test_the_best_point_fulfills_the_constraints(optimizer: Optimizer) -> None:
    points = pd.concat([frame(k=k) for k in (2, 3, 4, 5)])
    optimizer.tell(points, [1.0, 2.0, 3.0, None], constraints=[[0.5, 0.0], [0.0, -1.0], [-1.0, 0.0], [0, 0]])
    assert optimizer.best_y == 2.0
    assert optimizer.best_x["k"].tolist() == [3]
    assert optimizer.X["k"].tolist() == [2, 3, 4]
    assert optimizer.history["constraint_0"].tolist() == [0.5, 0.0, -1.0, 0.0]
    assert optimizer.history["constraint_1"].tolist() == [0.0, -1.0, 0.0, 0.0]


def test_there_is_no_best_point_while_none_is_feasible(optimizer: Optimizer) -> None:
    optimizer.observe(pd.concat([frame(), frame(k=4)]), [1.0, 2.0], constraints=[0.1, None])
    for name in ("best_x", "best_y"):
        with pytest.raises(DataError, match=r"none of 1 successful .* ask for more points"):
            getattr(optimizer, name)


@pytest.mark.parametrize(
    ("before", "later", "message"),
    [
        (None, [0.0], "earlier points were told without; tell them from the first point on"),
        ([[0.0, 0.0]], None, "told with 2 constraint values each, these have none; pass constraints="),
        ([[0.0, 0.0]], [[0.0]], "constraints has 1 columns, earlier ones had 2"),
        ([0.0], [0.0, 1.0], "constraints has 2 rows for 1 points"),
        ([0.0], ["wet"], r"constraints\[0, 0\] = 'wet' is a str"),
        ([0.0], [float("-inf")], r"constraints\[0, 0\] = -inf"),
        ([0.0], [[]], r"expected \(1,\) or \(1, n_constraints\)"),
    ],
)
def test_constraints_of_another_shape_are_refused_and_nothing_is_recorded(
    optimizer: Optimizer, before: Any, later: Any, message: str
) -> None:
    optimizer.tell(frame(), [1.0], constraints=before)
    asked = optimizer.ask(1)
    with pytest.raises(DataError, match=message):
        optimizer.tell(asked, [2.0], constraints=later)
    assert len(optimizer.history) == 1
    assert len(optimizer.pending) == 1


def test_an_optimizer_without_use_for_constraints_refuses_them(optimizer: Optimizer) -> None:
    class Unaware(RandomSearch):
        @property
        def takes(self) -> Takes:
            return super().takes - {Information.CONSTRAINTS}

    unaware = Unaware().build(space(), seed=0)
    with pytest.raises(IncompatibleError, match="Unaware makes no use of measured constraints; use HEBO"):
        unaware.tell(frame(), [1.0], constraints=[0.0])
    assert len(unaware.history) == 0
    optimizer.tell(frame(), [1.0], constraints=[0.0])
    with pytest.raises(IncompatibleError, match="Unaware makes no use"):
        unaware.load_state_dict(optimizer.state_dict())
