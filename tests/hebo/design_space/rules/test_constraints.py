import numpy as np
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.rules import constraints
from hebo.design_space.rules.constraints import register_constraint
from hebo.errors import SpaceError
from hebo.random import make_generator

PARAMETERS = [
    {"name": "a", "type": "num", "lb": 0, "ub": 1},
    {"name": "b", "type": "num", "lb": 0, "ub": 1},
    {"name": "c", "type": "cat", "categories": ["x", "y"]},
    {"name": "d", "type": "num", "lb": 0, "ub": 1, "active_if": {"c": ["x"]}},
]


@pytest.fixture(autouse=True)
def _registry(monkeypatch):
    monkeypatch.setattr(constraints, "_rules", {})


def space_with(*rules):
    return DesignSpace().parse(PARAMETERS, constraints=list(rules))


def function(name, rule):
    register_constraint(name, rule)
    return {"type": "function", "name": name}


def test_a_function_sees_natural_values_and_decides():
    seen = []

    def rule(frame):
        seen.append(frame)
        return (frame["a"] > frame["b"]) & (frame["c"] == "y")

    space = space_with(function("a_above_b", rule))
    x = space.sample(50, generator=make_generator(0))
    frame = space.decode(x)
    assert (frame["a"] > frame["b"]).all()
    assert set(frame["c"]) == {"y"}
    assert list(seen[0]) == ["a", "b", "c", "d"]
    assert space.contains(x).all()


def test_several_constraints_must_all_hold():
    space = space_with(
        function("a_above_b", lambda frame: frame["a"] > frame["b"]),
        {"type": "linear", "coefficients": {"a": 1, "b": 1}, "ub": 1},
    )
    frame = space.decode(space.sample(50, generator=make_generator(0)))
    assert ((frame["a"] > frame["b"]) & (frame["a"] + frame["b"] <= 1)).all()


def test_a_function_may_return_any_array_of_booleans_and_may_spoil_its_frame():
    def rule(frame):
        frame["a"] = 0.0
        return list(np.ones(len(frame), dtype=bool))

    space = space_with(function("first", rule), function("second", lambda frame: frame["a"] > 0))
    assert space.contains(space.sample(5, generator=make_generator(0))).all()


def test_the_answer_of_a_function_belongs_to_the_points_that_its_index_names():
    space = space_with(function("sorted", lambda frame: frame.sort_values("a")["a"] < 0.5))
    x = space.layout.canonical.repeat(3, 1)
    x[:, 0] = torch.tensor([0.9, 0.1, 0.6])
    assert space.contains(x).tolist() == [False, True, False]
    space = space_with(function("named", lambda frame: (frame["a"] < 0.5).set_axis(list("uvw"))))
    with pytest.raises(SpaceError, match="Constraint 'named': the index of its answer has 'u', 'v', 'w'"):
        space.contains(x)


def test_a_tiny_feasible_set_is_found_by_many_draws():
    space = space_with(function("corner", lambda frame: (frame["a"] < 0.01) & (frame["b"] < 0.01)))
    x = space.sample(10, generator=make_generator(0))
    assert space.contains(x).all()
    assert len(x.unique(dim=0)) == 10


def test_a_function_that_never_holds_is_named():
    space = space_with(
        function("fine", lambda frame: frame["a"] >= 0), function("never", lambda frame: frame["a"] > 2)
    )
    with pytest.raises(SpaceError, match="No feasible point found: constraint 'never' never held"):
        space.sample(2, generator=make_generator(0))


@pytest.mark.parametrize(
    ("answer", "shown"),
    [([0.0, 1.0], "float64"), ([True], r"\(1,\)"), (True, r"\(\)"), ([None, True], "object")],
)
def test_a_function_that_does_not_return_one_boolean_per_row_is_refused(answer, shown):
    space = space_with(function("odd", lambda frame: answer))
    with pytest.raises(SpaceError, match=f"'odd' returned .*{shown}.* for 2 points; return one boolean"):
        space.contains(space.layout.canonical.repeat(2, 1))


def test_an_error_inside_a_function_is_not_hidden():
    space = space_with(function("broken", lambda frame: frame["nothing"]))
    with pytest.raises(KeyError, match="nothing"):
        space.sample(2, generator=make_generator(0))


def test_a_name_can_be_registered_again():
    rule = function("changing", lambda frame: frame["a"] < 0.5)
    space = space_with(rule)
    register_constraint("changing", lambda frame: frame["a"] > 0.5)
    assert (space.sample(20, generator=make_generator(0))[:, 0] > 0.5).all()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"type": "function", "name": "nobody"}, "'nobody' is not registered; call register_constraint"),
        ({"type": "function", "name": "os.system"}, "'os.system' is not registered"),
        ({"type": "function"}, "type 'function': missing key 'name'"),
        ({"type": "function", "name": "n", "lb": 1}, "type 'function': unknown key 'lb'"),
        ({"type": "linear", "ub": 1}, "type 'linear': missing key 'coefficients'"),
        (
            {"type": "linear", "coeficients": {"a": 1}},
            "unknown key 'coeficients'. Did you mean 'coefficients'",
        ),
        ({"type": "liner"}, "unknown type 'liner'. Did you mean 'linear'"),
        ({"coefficients": {"a": 1}}, "unknown type None"),
        ({"type": ["linear"]}, "unknown type"),
        ("linear", "'linear' is not a mapping"),
    ],
)
def test_malformed_constraints_are_refused(rule, message):
    with pytest.raises(SpaceError, match=message):
        space_with(rule)


@pytest.mark.parametrize(("name", "rule"), [("", len), (3, len), ("x", "os.system"), ("x", None)])
def test_unusable_registrations_are_refused(name, rule):
    with pytest.raises(SpaceError, match=r"give a non-empty string|is not a function"):
        register_constraint(name, rule)
