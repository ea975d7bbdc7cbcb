"""Parameters as other libraries see them, and the way there and back."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import IncompatibleError
from hebo.peers.dimensions import Dimensions
from hebo.peers.unit_cube import UnitCube
from hebo.random import make_generator

TYPES: dict[str, tuple[dict[str, Any], tuple[Any, ...]]] = {
    "num": ({"type": "num", "lb": -1, "ub": 2}, ("real", -1.0, 2.0, False)),
    "log": ({"type": "num", "lb": 1e-3, "ub": 2, "log": True}, ("real", 1e-3, 2.0, True)),
    "pow": ({"type": "pow", "lb": 1e-4, "ub": 1.0}, ("real", 1e-4, 1.0, True)),
    "sigmoid": ({"type": "sigmoid", "lb": 0.25, "ub": 0.75}, ("real", -1.0986, 1.0986, False)),
    "int": ({"type": "int", "lb": 2, "ub": 9}, ("integer", 2, 9, False)),
    "log int": ({"type": "int", "lb": 1, "ub": 200, "log": True}, ("integer", 1, 200, True)),
    "pow_int": ({"type": "pow_int", "lb": 1, "ub": 99}, ("integer", 1, 99, True)),
    "step": ({"type": "num", "lb": 0, "ub": 1, "step": 0.25}, ("integer", 0, 4, False)),
    "step_int": ({"type": "step_int", "lb": 2, "ub": 10, "step": 4}, ("integer", 0, 2, False)),
    "power": ({"type": "int_exponent", "lb": 16, "ub": 128, "base": 2}, ("integer", 0, 3, False)),
    "bool": ({"type": "bool"}, ("category", 0, 1, False)),
    "cat": ({"type": "cat", "categories": ["a", 1, [2]]}, ("category", 0, 2, False)),
    "ordinal": ({"type": "ordinal", "levels": ["low", "high"]}, ("integer", 0, 1, False)),
}
SPACE = DesignSpace().parse([{"name": name, **one} for name, (one, _) in TYPES.items()])


@pytest.mark.parametrize("name", TYPES)
def test_each_type_becomes_the_dimension_of_an_expert_user(name: str) -> None:
    one = next(one for one in Dimensions(SPACE, "peer").free if one.name == name)
    kind, low, high, log = TYPES[name][1]
    assert (one.kind, one.log) == (kind, log)
    assert (one.low, one.high) == pytest.approx((low, high), abs=1e-4)


def test_points_and_columns_undo_one_another() -> None:
    dimensions = Dimensions(SPACE, "peer")
    x = SPACE.sample(32, generator=make_generator(0))
    points = dimensions.points(x)
    torch.testing.assert_close(dimensions.columns(points), x, rtol=1e-9, atol=1e-9)
    assert {type(value) for point in points for value in point} == {int, float}


def test_values_beyond_the_bounds_are_clipped_and_integers_rounded() -> None:
    space = DesignSpace().parse([{"name": "k", "type": "int", "lb": 1, "ub": 5}])
    assert Dimensions(space, "peer").columns([(9.2,), (2.6,)]).flatten().tolist() == [5.0, 3.0]


def test_a_constant_is_no_dimension_but_comes_back() -> None:
    space = DesignSpace().parse(
        [{"name": "c", "type": "num", "lb": 3, "ub": 3}, {"name": "a", "type": "bool"}]
    )
    dimensions = Dimensions(space, "peer")
    assert [one.name for one in dimensions.free] == ["a"]
    assert dimensions.columns([(1,)]).tolist() == [[3.0, 1.0]]


def test_constants_alone_are_refused() -> None:
    space = DesignSpace().parse([{"name": "c", "type": "num", "lb": 3, "ub": 3}])
    with pytest.raises(IncompatibleError, match="peer needs a free parameter"):
        Dimensions(space, "peer")


@pytest.mark.parametrize(
    ("definition", "what"),
    [
        ({"type": "permutation", "length": 4}, "type permutation, but 'p'"),
        ({"type": "num", "lb": 0, "ub": 1, "role": "context"}, "no context parameters, but 'p'"),
        ({"type": "num", "lb": 0, "ub": 1, "active_if": {"a": [True]}}, "'p' has active_if"),
        ({"type": "bool", "active_if": [{"a": [True]}, {"a": [False]}]}, "'p' has active_if"),
    ],
)
def test_what_a_flat_space_cannot_hold_is_named(definition: dict[str, Any], what: str) -> None:
    space = DesignSpace().parse([{"name": "a", "type": "bool"}, {"name": "p", **definition}])
    with pytest.raises(IncompatibleError, match=what):
        Dimensions(space, "peer")


def test_a_table_of_candidates_is_refused() -> None:
    space = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
    with pytest.raises(IncompatibleError, match="points that are not among the 2 candidates of the table"):
        Dimensions(TableSpace(space, pd.DataFrame({"a": [0.25, 0.5]})), "peer")


@pytest.mark.parametrize("keep_codes", [True, False])
def test_rows_of_the_unit_cube_undo_points(keep_codes: bool) -> None:
    cube = UnitCube(Dimensions(SPACE, "peer"), keep_codes=keep_codes)
    points = Dimensions(SPACE, "peer").points(SPACE.sample(16, generator=make_generator(1)))
    rows = cube.rows(points)
    assert (rows >= cube.bounds[0] - 1e-12).all()
    assert (rows <= cube.bounds[1] + 1e-12).all()
    for back, point in zip(cube.points(rows), points, strict=True):
        assert back == pytest.approx(point)
    torch.testing.assert_close(cube.from_one_hot(cube.one_hot(rows)), rows)
    torch.testing.assert_close(cube.rounded(rows.unsqueeze(1)), rows.unsqueeze(1))


def test_the_grids_of_the_unit_cube_are_the_values_that_points_have() -> None:
    dimensions = Dimensions(SPACE, "peer")
    cube = UnitCube(dimensions, keep_codes=True)
    place = [one.name for one in dimensions.free].index("power")
    torch.testing.assert_close(cube.grids[place], torch.linspace(0, 1, 4, dtype=torch.float64))
    assert len(cube.categories) == 2
