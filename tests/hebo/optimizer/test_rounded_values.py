"""Told points that went through single precision, a file or a spreadsheet are those that were asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import DataError
from hebo.optimizer.optimizer import Optimizer
from hebo.recommenders.random import RandomSearch

RICH: list[dict[str, Any]] = [
    {"name": "x", "type": "num", "lb": 0.1, "ub": 0.7},
    {"name": "kelvin", "type": "num", "lb": 1000.0, "ub": 1001.0},
    {"name": "lr", "type": "pow", "lb": 1e-7, "ub": 0.1},
    {"name": "narrow", "type": "num", "lb": 0.1, "ub": 0.10001, "log": True},
    {"name": "p", "type": "sigmoid", "lb": 1e-6, "ub": 0.9999},
    {"name": "believed", "type": "num", "lb": 0, "ub": 10, "prior": [1, 1000000, 1]},
    {"name": "step", "type": "num", "lb": 0.1, "ub": 2.0, "step": 0.1},
    {"name": "far", "type": "num", "lb": 1000.1, "ub": 1001.1, "step": 0.1},
    {"name": "n", "type": "int", "lb": 1, "ub": 10000000},
    {"name": "power", "type": "int_exponent", "lb": 1, "ub": 10**11, "base": 10},
    {"name": "level", "type": "ordinal", "levels": [0.1, 0.2, 0.7]},
    {"name": "choice", "type": "cat", "categories": [0.3, 0.1, 16777217]},
    {"name": "flag", "type": "bool"},
]


def optimizer_of(*definitions: dict[str, Any], **keys: Any) -> Optimizer:
    return RandomSearch().build(DesignSpace().parse(list(definitions), **keys), seed=0)


@pytest.mark.parametrize("definition", RICH, ids=lambda one: one["name"])
def test_points_in_single_precision_are_those_that_were_asked_for(definition: dict[str, Any]) -> None:
    optimizer = optimizer_of(definition)
    points = optimizer.ask(min(30, optimizer.space.cardinality or 30))
    asked = optimizer.space.encode(points)
    optimizer.tell(points.astype("float32"), np.arange(len(points)))
    assert optimizer.data.x.equal(asked)
    assert optimizer.pending.empty


def test_all_at_once_and_as_objects() -> None:
    optimizer = optimizer_of(*RICH)
    points = optimizer.ask(8)
    asked = optimizer.data.pending
    optimizer.tell(points.iloc[:4].astype("float32"), range(4))
    singles = {name: [np.float32(one) for one in points[name][4:]] for name in points}
    optimizer.tell(pd.DataFrame(singles, dtype=object), range(4))
    assert optimizer.pending.empty
    assert optimizer.data.x.equal(asked)


@pytest.mark.parametrize("definition", RICH[:-1], ids=lambda one: one["name"])
def test_bounds_in_single_precision_are_bounds(definition: dict[str, Any]) -> None:
    space = DesignSpace().parse([definition])
    ends = space.decode(space.bounds)
    assert space.encode(ends.astype("float32")).equal(space.encode(ends))


@pytest.mark.parametrize(
    ("definition", "inside", "outside"),
    [
        ({"type": "num", "lb": -2, "ub": 2}, 2 + 3e-6, 2 + 5e-6),
        ({"type": "num", "lb": -2, "ub": 2}, -2 - 3e-6, -2 - 5e-6),
        ({"type": "pow", "lb": 1e-4, "ub": 1}, 1e-4 * (1 - 9e-6), 1e-4 * (1 - 1.2e-5)),
        ({"type": "num", "lb": 1, "ub": 9, "log": True}, 9 * (1 + 9e-6), 9 * (1 + 1.2e-5)),
        ({"type": "int", "lb": 0, "ub": 9}, 9.0000001, 9.001),
        ({"type": "num", "lb": 0.1, "ub": 0.7}, np.float32(0.1), np.float16(0.1)),
    ],
)
def test_a_millionth_beyond_a_bound_is_the_bound(definition: Any, inside: float, outside: float) -> None:
    space = DesignSpace().parse([{"name": "x", **definition}])
    x = space.encode(pd.DataFrame({"x": [inside]}))
    assert float(x) in space.bounds.flatten().tolist()
    with pytest.raises(DataError, match="is outside"):
        space.encode(pd.DataFrame({"x": [outside]}))


NUM = {"name": "x", "type": "num", "lb": 0, "ub": 1}
LOG = {"name": "x", "type": "num", "lb": 1e-3, "ub": 10, "log": True}


@pytest.mark.parametrize(
    ("definition", "near", "far"),
    [(NUM, lambda x: x + 9e-7, lambda x: x - 1.1e-6), (LOG, lambda x: x * (1 + 9e-6), lambda x: x * 1.00002)],
)
def test_a_told_point_near_a_pending_one_is_recorded_as_asked(definition: Any, near: Any, far: Any) -> None:
    optimizer = optimizer_of(definition)
    points = optimizer.ask(2)
    optimizer.tell(near(points[:1]), [1.0])
    optimizer.tell(far(points[1:]), [2.0])
    assert optimizer.X["x"].tolist() == [points["x"][0], pytest.approx(far(points["x"][1]), rel=1e-14)]
    assert optimizer.pending["x"].tolist() == [points["x"][1]]


def waiting(*values: float) -> Optimizer:
    """An optimizer with pending points at given values."""
    optimizer = optimizer_of(NUM)
    optimizer.restore([(pd.DataFrame({"x": list(values)}), None)])
    return optimizer


def test_of_several_pending_points_the_nearest_is_meant_and_an_equal_one_first() -> None:
    optimizer = waiting(0.5, 0.5000004, 0.5000008)
    optimizer.tell(pd.DataFrame({"x": [0.5000005]}), [1.0])
    assert optimizer.X["x"].tolist() == [0.5000004]
    optimizer = waiting(0.5, 0.5000004)
    optimizer.tell(pd.DataFrame({"x": [0.5000003, 0.5000004]}), [1.0, 2.0])
    assert optimizer.X["x"].tolist() == [0.5, 0.5000004]
    assert optimizer.pending.empty


def test_repetitions_of_a_rounded_point_are_the_same_point() -> None:
    optimizer = waiting(0.1)
    optimizer.tell(pd.DataFrame({"x": np.float32([0.1, 0.1])}), [1.0, 2.0])
    assert optimizer.X["x"].tolist() == [0.1, 0.1]


def test_moved_points_are_rounded_as_well() -> None:
    optimizer = waiting(0.1, 0.7)
    told = pd.DataFrame({"x": np.float32([0.1])})
    optimizer.tell(told, [1.0], at=pd.DataFrame({"x": np.float32([0.7])}))
    assert optimizer.X["x"].tolist() == [0.7]
    assert optimizer.pending.empty


def test_integers_that_single_precision_blurs_are_refused() -> None:
    optimizer = optimizer_of({"name": "n", "type": "int", "lb": 0, "ub": 20_000_000})
    fine = pd.DataFrame({"n": [16_777_217.0]})
    optimizer.tell(fine, [1.0])
    for dtype in ("float32", "Float32"):
        with pytest.raises(DataError, match=r"Row 0, parameter 'n': 16777216.0 is a float32, which blurs"):
            optimizer.tell(fine.astype(dtype), [1.0])
    optimizer.tell(pd.DataFrame({"n": np.float32([16_777_215])}), [1.0])
    assert optimizer.X["n"].tolist() == [16_777_217, 16_777_215]


def test_levels_that_are_one_in_single_precision_are_refused() -> None:
    space = DesignSpace().parse([{"name": "c", "type": "ordinal", "levels": [1.0, 1.00000001, 2.0]}])
    assert space.encode(pd.DataFrame({"c": [1.0, 1.00000001]}))[:, 0].tolist() == [0.0, 1.0]
    with pytest.raises(DataError, match="is several of the values in single precision"):
        space.encode(pd.DataFrame({"c": np.float32([1.0])}))
    assert space.encode(pd.DataFrame({"c": np.float32([2.0])})).item() == 2.0
    with pytest.raises(DataError, match="is not one of the known values"):
        space.encode(pd.DataFrame({"c": [1.00001]}))


def test_pins_may_be_rounded() -> None:
    optimizer = optimizer_of(NUM | {"lb": 0.1}, {"name": "s", "type": "num", "lb": 0, "ub": 1, "step": 0.1})
    points = optimizer.ask(2, fixed={"x": np.float32(0.1), "s": np.float32(0.7)})
    assert points.to_dict("list") == {"x": [0.1, 0.1], "s": [0.7, 0.7]}


def test_points_on_the_limit_of_a_constraint_keep_it_in_single_precision() -> None:
    rule = {"type": "linear", "coefficients": {"x": 1.0, "z": 1.0}, "ub": 1.0}
    space = DesignSpace().parse([NUM, {**NUM, "name": "z"}], constraints=[rule])
    edge = pd.DataFrame({"x": [0.7, 0.1, 0.35], "z": [0.3, 0.9, 0.65]}).astype("float32")
    assert space.contains(space.encode(edge)).all()
    assert not space.contains(space.encode(edge + 1e-5)).any()


# ------------------------------------------------------------------------------------ tables

CLOSE = pd.DataFrame({"x": [0.25, 0.25 + 1e-9, 0.25 + 1e-15, 0.5], "id": list("abcd")})


def table() -> Optimizer:
    return RandomSearch().build(TableSpace(DesignSpace().parse([NUM]), CLOSE), seed=0)


def test_rows_of_a_table_stay_apart_however_close_they_are() -> None:
    optimizer = table()
    assert isinstance(optimizer.space, TableSpace)
    for row in (1, 0, 2, 3):
        optimizer.tell(CLOSE.loc[[row], ["x"]], [float(row)])
    assert optimizer.space.labels_of(optimizer.data.x)["id"].tolist() == list("bacd")
    with pytest.raises(DataError, match="0 of 4 candidates are left"):
        optimizer.ask(1)


def test_each_of_several_close_rows_is_asked_for_once() -> None:
    for seed in range(8):
        optimizer = RandomSearch().build(TableSpace(DesignSpace().parse([NUM]), CLOSE), seed=seed)
        assert sorted(optimizer.ask(4)["x"]) == CLOSE["x"].sort_values().tolist()
    optimizer = table()
    asked = pd.concat([optimizer.ask(1) for _ in range(4)])
    assert sorted(asked["x"]) == CLOSE["x"].sort_values().tolist()
    assert optimizer.space.fix({"x": 0.25}).points(9).tolist() == [[0.25]]  # type: ignore[attr-defined, union-attr]


def test_a_rounded_value_that_could_be_several_rows_is_refused_unless_one_is_pending() -> None:
    optimizer = table()
    rounded = pd.DataFrame({"x": np.float32([0.25])})
    with pytest.raises(DataError, match=r"Row 0 could be candidate 0 .*0.25.* or candidate 1 .*0.250000001"):
        optimizer.tell(rounded, [1.0])
    with pytest.raises(DataError, match="Row 0 could be candidate 0"):
        optimizer.tell(pd.DataFrame({"x": [0.25 + 3e-10]}), [1.0])
    optimizer.tell(pd.DataFrame({"x": np.float32([0.5])}), [1.0])
    optimizer.restore([(CLOSE.loc[[1], ["x"]], None)])
    optimizer.tell(rounded, [1.0])
    assert optimizer.X["x"].tolist() == [0.5, 0.25 + 1e-9]
    assert optimizer.pending.empty


def test_a_row_that_differs_from_a_pending_one_is_not_that_one() -> None:
    optimizer = table()
    optimizer.restore([(CLOSE.loc[[1], ["x"]], None)])
    optimizer.tell(CLOSE.loc[[0], ["x"]], [1.0])
    assert optimizer.X["x"].tolist() == [0.25]
    assert optimizer.pending["x"].tolist() == [0.25 + 1e-9]


def test_a_row_with_more_digits_than_a_sheet_shows_is_that_row() -> None:
    rows = pd.DataFrame({"x": [0.1 + 0.2, 1 / 3], "lr": [1e-3 / 7, 0.2 / 3]})
    space = DesignSpace().parse([NUM, {"name": "lr", "type": "pow", "lb": 1e-5, "ub": 1}])
    optimizer = RandomSearch().build(TableSpace(space, rows), seed=0)
    optimizer.tell(rows.round(9), [1.0, 2.0])
    assert optimizer.data.x.equal(space.encode(rows))
    assert torch.equal(optimizer.space.contains(optimizer.data.x), torch.tensor([True, True]))
