import math

import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.errors import SpaceError
from hebo.random import make_generator

PARAMETERS = [
    {"name": "a", "type": "num", "lb": 0, "ub": 1},
    {"name": "lr", "type": "pow", "lb": 1e-3, "ub": 10},
    {"name": "n", "type": "int", "lb": 1, "ub": 8, "log": True},
    {"name": "e", "type": "int_exponent", "lb": 2, "ub": 64, "base": 2},
    {"name": "p", "type": "sigmoid", "lb": 0.1, "ub": 0.9},
    {"name": "flag", "type": "bool"},
    {"name": "c", "type": "cat", "categories": ["x", "y"]},
    {"name": "d", "type": "num", "lb": 1, "ub": 2, "active_if": {"c": ["x"]}},
]


def space_with(coefficients, **limits):
    rule = {"type": "linear", "coefficients": coefficients, **limits}
    return DesignSpace().parse(PARAMETERS, constraints=[rule])


def point(space, **values):
    row = {"a": 0.5, "lr": 1.0, "n": 2, "e": 4, "p": 0.5, "flag": True, "c": "x", "d": 1.5, **values}
    return space.encode(pd.DataFrame([row]))


@pytest.mark.parametrize(
    ("coefficients", "total"),
    [
        ({"a": 2}, 1.0),
        ({"lr": 3, "n": 1}, 5.0),
        ({"e": 1, "p": -2}, 3.0),
        ({"flag": 5, "d": 2}, 8.0),
    ],
)
def test_sums_are_taken_in_natural_units(coefficients, total):
    for offset, feasible in ((-1e-3, False), (0.0, True), (1e-3, True)):
        space = space_with(coefficients, ub=total + offset)
        assert space.contains(point(space)).item() == feasible
        space = space_with(coefficients, lb=total - offset)
        assert space.contains(point(space)).item() == feasible


def test_an_inactive_parameter_contributes_nothing():
    space = space_with({"a": 1, "d": 1}, ub=1.2)
    assert not space.contains(point(space, d=1.0))
    assert space.contains(point(space, c="y", d=None))


@pytest.mark.parametrize(
    ("coefficients", "limits", "message"),
    [
        ({"q": 1}, {"ub": 1}, "unknown parameter 'q'"),
        ({"flg": 1}, {"ub": 1}, "unknown parameter 'flg'. Did you mean 'flag'"),
        ({"c": 1}, {"ub": 1}, "'c': a Cat has no number; use a function constraint"),
        ({}, {"ub": 1}, "coefficients = {}; write"),
        ([1, 2], {"ub": 1}, "coefficients = .*; write"),
        ({"a": 0}, {"ub": 1}, "coefficient of 'a' is 0; give a finite one, not 0"),
        ({"a": "1"}, {"ub": 1}, "coefficient of 'a' is '1'"),
        ({"a": math.inf}, {"ub": 1}, "coefficient of 'a' is inf"),
        ({"a": math.nan}, {"ub": 1}, "coefficient of 'a' is nan"),
        ({"a": 1}, {}, "give lb, ub, or both"),
        ({"a": 1}, {"lb": None}, "give lb, ub, or both"),
        ({"a": 1}, {"lb": 1, "ub": 0}, "lb is above ub; swap"),
        ({"a": 1}, {"ub": "1"}, "ub = '1' is not a number"),
        ({"a": 1}, {"ub": math.nan}, "ub = nan is not a number"),
        ({"a": 1, "p": 1}, {"lb": 2}, r"1\*a \+ 1\*p cannot hold: .* sum lies in \[0.1, 1.9\]"),
        ({"a": 1, "n": -1}, {"ub": -9}, "cannot hold"),
        ({"d": 1}, {"lb": 2.5}, r"cannot hold: .* \[0, 2\]"),
    ],
)
def test_unusable_linear_constraints_are_refused(coefficients, limits, message):
    with pytest.raises(SpaceError, match=message):
        space_with(coefficients, **limits)


def test_an_infinite_limit_is_no_limit():
    space = space_with({"a": 1}, lb=0.5, ub=math.inf)
    assert space.to_json()["constraints"] == [{"type": "linear", "coefficients": {"a": 1.0}, "lb": 0.5}]


def test_tangents_change_no_sum_and_leave_curved_columns_alone():
    space = space_with({"a": 1, "d": 2, "lr": 3}, ub=30)
    x = point(space).repeat(5, 1)
    system = space.constraints.linear
    direction = torch.randn(5, 8, dtype=torch.float64, generator=make_generator(0))
    along = system.tangent(x, direction)
    assert torch.allclose(along[:, 0] + 2 * along[:, 7], torch.zeros(5, dtype=torch.float64), atol=1e-12)
    assert along[:, 0].abs().min() > 0
    assert (along[:, 1] == 0).all()
    assert along[:, 2:7].equal(direction[:, 2:7])
