import math

import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.errors import SpaceError
from hebo.random import make_generator


def space_of(**keys):
    return DesignSpace().parse([{"name": "x", **keys}])


@pytest.mark.parametrize("type_", ["num", "pow", "int", "pow_int"])
def test_equal_bounds_make_a_constant_of_one_value(type_):
    space = space_of(type=type_, lb=3, ub=3)
    x = space.sample(5, generator=make_generator(0))
    assert space.decode(x)["x"].tolist() == [3] * 5
    assert space.cardinality == 1
    assert space.contains(x).all()
    assert len(space.neighbors(x[0], generator=make_generator(0))) == 0
    assert x.equal(space.bounds[:1].expand(5, 1))
    assert space.bounds[0].equal(space.bounds[1])


@pytest.mark.parametrize("type_", ["num", "pow", "int", "pow_int", "int_exponent", "step_int", "sigmoid"])
@pytest.mark.parametrize("key", ["lb", "ub"])
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (math.nan, "not finite"),
        (math.inf, "not finite"),
        (-math.inf, "not finite"),
        ("1", "not a number"),
        (None, "not a number"),
        (True, "not a number"),
        (1j, "not a number"),
        ([1], "not a number"),
        (10**400, "not a number"),
    ],
)
def test_bounds_that_are_not_finite_numbers_are_refused(type_, key, value, problem):
    keys = {"lb": 1, "ub": 8, "base": 2, "step": 1} | {key: value}
    wanted = {"int_exponent": ["base"], "step_int": ["step"]}.get(type_, [])
    keys = {name: one for name, one in keys.items() if name in ("lb", "ub", *wanted)}
    with pytest.raises(SpaceError, match=f"'x': {key} = .*{problem}"):
        space_of(type=type_, **keys)


@pytest.mark.parametrize("type_", ["num", "pow", "int", "pow_int", "sigmoid"])
def test_lb_above_ub_is_refused_with_both_values(type_):
    lb, ub = (0.9, 0.1) if type_ == "sigmoid" else (5, 2)
    with pytest.raises(SpaceError, match=f"'x': lb = {lb}.* is above ub = {ub}.*swap"):
        space_of(type=type_, lb=lb, ub=ub)


@pytest.mark.parametrize(
    "keys",
    [
        {"type": "num", "log": True, "lb": 0, "ub": 1},
        {"type": "num", "log": True, "lb": -1, "ub": 1},
        {"type": "pow", "lb": 0, "ub": 1},
        {"type": "int", "log": True, "lb": 0, "ub": 5},
        {"type": "pow_int", "lb": 0, "ub": 5},
    ],
)
def test_log_scales_refuse_bounds_that_are_not_positive(keys):
    with pytest.raises(SpaceError, match=r"'x': lb = .* log scale; use an lb (above 0|at least 1)"):
        space_of(**keys)


@pytest.mark.parametrize("base", [1, 0, -2, 0.5, math.nan, math.inf, "10", None, True])
@pytest.mark.parametrize("type_", ["pow", "pow_int", "int_exponent"])
def test_a_base_that_is_not_above_one_is_refused(type_, base):
    with pytest.raises(SpaceError, match=r"'x': base = .*above 1"):
        space_of(type=type_, lb=1, ub=8, base=base)


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        (0, "positive"),
        (-1, "positive"),
        (3, "larger than the range"),
        (math.nan, "positive"),
        ("1", "positive"),
    ],
)
@pytest.mark.parametrize("type_", ["num", "step_int"])
def test_unusable_steps_are_refused(type_, step, problem):
    with pytest.raises(SpaceError, match=f"'x': step = .*{problem}"):
        space_of(type=type_, lb=0, ub=2, step=step)


def test_a_step_lost_in_rounding_is_refused():
    with pytest.raises(SpaceError, match="lost in rounding"):
        space_of(type="num", lb=0, ub=1e10, step=1e-10)


def test_a_flag_must_be_a_truth_value():
    for type_ in ("num", "int"):
        with pytest.raises(SpaceError, match="'x': log = 'yes' must be true or false"):
            space_of(type=type_, lb=1, ub=2, log="yes")
