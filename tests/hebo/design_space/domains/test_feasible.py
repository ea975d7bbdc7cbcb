import math

import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.random import make_generator

SPACE = DesignSpace().parse(
    [
        {"name": "x", "type": "num", "lb": 0, "ub": 10},
        {"name": "lr", "type": "pow", "lb": 1e-4, "ub": 1},
        {"name": "n", "type": "int", "lb": 1, "ub": 100, "log": True},
        {"name": "k", "type": "cat", "categories": ["a", "b", "c"]},
        {"name": "o", "type": "ordinal", "levels": ["s", "m", "l"]},
        {"name": "flag", "type": "bool"},
    ]
)
POINT = torch.tensor([5.0, -2.0, math.log(50), 1.0, 1.0, 0.0], dtype=torch.float64)


def test_project_clips_and_rounds_in_natural_units():
    wild = torch.tensor([[-3.0, 4.0, math.log(7.45), 5.0, 0.6, 0.4]], dtype=torch.float64)
    assert SPACE.decode(SPACE.project(wild)).iloc[0].tolist() == [0.0, 1.0, 7, "c", "m", False]
    assert SPACE.project(wild)[0, 2].item() == pytest.approx(math.log(7))


def test_infinite_coordinates_are_clipped_and_nan_is_refused():
    x = torch.full((1, 6), math.inf, dtype=torch.float64)
    assert SPACE.project(x).equal(SPACE.bounds[1:])
    assert SPACE.project(-x).equal(SPACE.bounds[:1])
    with pytest.raises(DataError, match="hold NaN"):
        SPACE.project(x * math.nan)


def test_project_leaves_its_argument_alone():
    wild = torch.randn(5, 6, dtype=torch.float64, generator=make_generator(0))
    before = wild.clone()
    SPACE.project(wild)
    assert wild.equal(before)


@pytest.mark.parametrize(
    ("column", "value", "inside"),
    [
        (0, 10.0, True),
        (0, 10.0 + 1e-9, True),
        (0, 10.001, False),
        (0, math.nan, False),
        (0, math.inf, False),
        (1, -4.001, False),
        (2, math.log(50.5), False),
        (3, 1.5, False),
        (3, 3.0, False),
        (4, -1.0, False),
        (5, 1.0, True),
        (5, 0.5, False),
    ],
)
def test_contains_asks_every_column_for_its_type(column, value, inside):
    point = POINT.clone()
    point[column] = value
    assert SPACE.contains(point.unsqueeze(0)).item() == inside


def test_contains_forgives_single_precision():
    x = SPACE.sample(64, generator=make_generator(0))
    assert SPACE.contains(x.float()).all()
    assert SPACE.contains(SPACE.project(x.float())).all()


def test_neighbors_are_one_step_away_in_one_parameter():
    near = SPACE.neighbors(POINT, generator=make_generator(0))
    assert SPACE.contains(near).all()
    assert ((near - POINT).abs() > 1e-12).sum(1).tolist() == [1] * len(near)
    steps = {column: sorted(near[near[:, column] != POINT[column], column].tolist()) for column in range(6)}
    assert steps[0] == [4.0, 6.0]
    assert steps[1] == pytest.approx([-2.4, -1.6])
    assert steps[2] == pytest.approx([math.log(49), math.log(51)])
    assert steps[3] == [0.0, 2.0]
    assert steps[4] == [0.0, 2.0]
    assert steps[5] == [1.0]


def test_neighbors_at_an_end_go_inwards_only():
    near = SPACE.neighbors(SPACE.bounds[0], generator=make_generator(0))
    assert (near >= SPACE.bounds[0]).all()
    assert len(near) == 1 + 1 + 1 + 2 + 1 + 1


def test_neighbors_obey_constraints():
    space = DesignSpace().parse(
        [{"name": name, "type": "int", "lb": 0, "ub": 5} for name in "ab"],
        constraints=[{"type": "linear", "coefficients": {"a": 1, "b": 1}, "ub": 4}],
    )
    near = space.neighbors(torch.tensor([2.0, 2.0], dtype=torch.float64), generator=make_generator(0))
    assert sorted(near.tolist()) == [[1.0, 2.0], [2.0, 1.0]]


def test_neighbors_along_an_equation_balance_a_step_by_the_others():
    space = DesignSpace().parse(
        [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "abc"],
        constraints=[{"type": "linear", "coefficients": {"a": 1, "b": 1, "c": 1}, "lb": 1, "ub": 1}],
    )
    x = torch.tensor([0.3, 0.3, 0.4], dtype=torch.float64)
    near = space.neighbors(x, generator=make_generator(0))
    assert len(near) == 6
    assert space.contains(near).all()
    assert ((near - x).abs().amax(1) > 0.03).all()


def test_points_are_all_feasible_points_and_only_those():
    space = DesignSpace().parse(
        [{"name": name, "type": "int", "lb": 0, "ub": 5} for name in "ab"],
        constraints=[{"type": "linear", "coefficients": {"a": 1, "b": 1}, "ub": 2}],
    )
    every = space.points(36)
    assert sorted(every.tolist()) == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [2, 0]]
    assert space.points(35) is None


def test_large_finite_and_infinite_spaces_are_not_listed():
    assert SPACE.points(10**6) is None
    space = DesignSpace().parse([{"name": "p", "type": "permutation", "length": 30}])
    assert space.points(10**6) is None


def test_constant_columns_do_not_disturb():
    space = DesignSpace().parse(
        [
            {"name": "c", "type": "num", "lb": 2, "ub": 2},
            {"name": "x", "type": "num", "lb": 0, "ub": 1},
            {"name": "y", "type": "num", "lb": 0, "ub": 1},
        ],
        constraints=[{"type": "linear", "coefficients": {"c": 1, "x": 1, "y": 1}, "ub": 2.01}],
    )
    x = space.sample(20, generator=make_generator(0))
    assert space.contains(x).all()
    assert x.isfinite().all()
    assert space.contains(space.project(torch.rand(50, 3, generator=make_generator(0)))).all()
