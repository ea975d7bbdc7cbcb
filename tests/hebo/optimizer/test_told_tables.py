"""Values told as pandas objects belong to the points and quantities that their labels name."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from hebo.errors import DataError
from hebo.optimizer.optimizer import Optimizer
from hebo.recommenders.random import RandomSearch
from tests.hebo.optimizer.quick import frame, space


def values_of(points: pd.DataFrame) -> pd.Series[float]:
    return points["a"] * 10 + points["k"]


def told_right(optimizer: Optimizer) -> bool:
    history = optimizer.history
    return values_of(history).tolist() == pytest.approx(history["objective_0"].tolist())


def test_shuffled_points_get_their_own_values(optimizer: Optimizer) -> None:
    points = optimizer.ask(6)
    optimizer.tell(points.sample(frac=1, random_state=3), values_of(points))
    assert told_right(optimizer)
    assert optimizer.pending.empty


def test_points_gathered_from_two_asks_keep_theirs(optimizer: Optimizer) -> None:
    points = pd.concat([optimizer.ask(2), optimizer.ask(2)])
    optimizer.tell(points, values_of(points))
    assert told_right(optimizer)
    with pytest.raises(DataError, match=r"the index of y has 2, 3 where the points have 0, 1; .*to_numpy"):
        optimizer.tell(points, pd.Series([1.0, 2.0, 3.0, 4.0]))
    assert len(optimizer.history) == 4


def test_a_fresh_index_beside_a_filtered_frame_is_refused(optimizer: Optimizer) -> None:
    points = optimizer.ask(6).iloc[[3, 5]]
    with pytest.raises(DataError, match=r"the index of y has 0, 1 where the points have 3, 5"):
        optimizer.tell(points, pd.Series([1.0, 2.0]))
    optimizer.tell(points, pd.Series([1.0, 2.0]).to_numpy())
    assert len(optimizer.pending) == 4


def test_constraints_and_moved_points_are_aligned_as_well(optimizer: Optimizer) -> None:
    points = optimizer.ask(4)
    limits = pd.DataFrame({"heat": points["a"] - 1.0, "cost": points["k"] - 20.0})
    found = points.assign(k=points["k"] % 9 + 1)
    optimizer.tell(
        points, values_of(found).iloc[[2, 0, 3, 1]], constraints=limits[::-1], evaluated_at=found[::-1]
    )
    history = optimizer.history
    assert told_right(optimizer)
    assert history["constraint_0"].tolist() == pytest.approx((points["a"] - 1.0).tolist())
    assert history["k"].tolist() == found["k"].tolist()
    with pytest.raises(DataError, match=r"the index of evaluated_at has .*; .*set_axis"):
        optimizer.tell(points, [1.0] * 4, constraints=limits, evaluated_at=found.set_axis(list("wxyz")))
    with pytest.raises(DataError, match="the index of constraints has"):
        optimizer.tell(points, [1.0] * 4, constraints=limits.set_axis(list("wxyz")))


@pytest.mark.parametrize("method", ["observe", "retell"])
def test_every_way_of_telling_aligns(optimizer: Optimizer, method: str) -> None:
    points = optimizer.ask(4)
    if method == "retell":
        optimizer.tell(points, [0.0] * 4)
    getattr(optimizer, method)(points[::-1], values_of(points))
    assert told_right(optimizer)


def test_restored_rounds_are_aligned(optimizer: Optimizer) -> None:
    points = RandomSearch().build(space(), seed=0).ask(4)
    optimizer.restore([(points[::-1], values_of(points))])
    assert told_right(optimizer)


def several(optimizer: Optimizer, **tables: Any) -> None:
    optimizer.tell(frame(), tables["y"], constraints=tables.get("constraints"))


def test_objectives_and_constraints_go_by_name_from_the_first_table_on(optimizer: Optimizer) -> None:
    y = pd.DataFrame({"cost": [1.0], "weight": [2.0]})
    limits = pd.DataFrame({"heat": [-1.0], "force": [-2.0]})
    several(optimizer, y=y, constraints=limits)
    several(optimizer, y=y[["weight", "cost"]], constraints=limits[["force", "heat"]])
    for one in (optimizer, resumed(optimizer)):
        history = one.history[["objective_0", "objective_1", "constraint_0", "constraint_1"]]
        assert (history.iloc[1:] == [1.0, 2.0, -1.0, -2.0]).all(axis=None)
        with pytest.raises(DataError, match="the header of y has 'mass' where earlier tables have 'weight'"):
            several(one, y=y.rename(columns={"weight": "mass"}), constraints=limits)
        with pytest.raises(DataError, match=r"the header of constraints has 'f' where earlier .* 'force'"):
            several(one, y=y, constraints=limits.rename(columns={"force": "f"}))
        several(one, y=y[["weight", "cost"]], constraints=limits[["force", "heat"]])


def test_a_state_from_before_columns_had_names_loads(optimizer: Optimizer) -> None:
    several(optimizer, y=pd.DataFrame({"cost": [1.0], "weight": [2.0]}))
    state = optimizer.state_dict()
    del state["objective_names"], state["constraint_names"]
    other = RandomSearch().build(space(), seed=1)
    other.load_state_dict(state)
    several(other, y=pd.DataFrame({"x": [1.0], "y": [2.0]}))
    assert other.state_dict()["objective_names"] == ["x", "y"]


def resumed(optimizer: Optimizer) -> Optimizer:
    other = RandomSearch().build(space(), seed=1)
    other.load_state_dict(json.loads(json.dumps(optimizer.state_dict())))
    return other
