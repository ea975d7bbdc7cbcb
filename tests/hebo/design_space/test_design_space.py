import copy
import json
import math
import pickle

import pytest
import torch

from hebo.base import Domain
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.rules.constraints import register_constraint
from hebo.errors import SpaceError
from hebo.random import make_generator

# The space of the README of the original package, and one parameter of each of its types.
ORIGINAL = [
    {"name": "x", "type": "num", "lb": -5.0, "ub": 5.0},
    {"name": "lr", "type": "pow", "lb": 1e-4, "ub": 1e-1},
    {"name": "wd", "type": "pow", "lb": 1, "ub": 16, "base": 2},
    {"name": "width", "type": "pow_int", "lb": 1, "ub": 512, "base": 2},
    {"name": "batch", "type": "int_exponent", "lb": 32, "ub": 512, "base": 2},
    {"name": "depth", "type": "int", "lb": 1, "ub": 5},
    {"name": "patience", "type": "step_int", "lb": 5, "ub": 30, "step": 5},
    {"name": "optimizer", "type": "cat", "categories": ["sgd", "adam"]},
    {"name": "nesterov", "type": "bool"},
]

register_constraint("test_design_space.depth_below_four", lambda frame: frame["depth"] < 4)

RICH = DesignSpace().parse(
    [
        *ORIGINAL,
        {"name": "layers", "type": "cat", "categories": [[64, 64], [128], (1, "a"), None, True, 1, 1.0, "1"]},
        {"name": "grade", "type": "ordinal", "levels": ["low", "high"], "active_if": {"depth": [1, 2]}},
        {"name": "order", "type": "permutation", "items": ["p", "q"], "active_if": {"layers": [(1, "a"), 1]}},
        {"name": "p", "type": "sigmoid", "lb": 0.01, "ub": 0.99},
        {"name": "g", "type": "num", "lb": 1, "ub": 9, "step": 2, "log": True},
        {"name": "epochs", "type": "int", "lb": 1, "ub": 81, "log": True, "role": "fidelity", "target": 27},
        {"name": "site", "type": "cat", "categories": ["north", "south"], "role": "context"},
    ],
    constraints=[
        {"type": "linear", "coefficients": {"x": 1, "depth": 0.5}, "ub": 4.5},
        {"type": "function", "name": "test_design_space.depth_below_four"},
    ],
)


def test_the_original_dictionaries_parse_and_the_original_attributes_answer():
    space = DesignSpace().parse(ORIGINAL)
    assert space.num_paras == 9
    assert space.num_numeric == 8
    assert space.num_categorical == 1
    assert space.para_names == [one["name"] for one in ORIGINAL]
    assert space.enum_names == ["optimizer"]
    assert space.numeric_names == [name for name in space.para_names if name != "optimizer"]
    assert list(space.paras) == space.para_names


def test_parse_returns_the_space_itself_and_replaces_what_was_there():
    space = DesignSpace()
    assert space.parse(ORIGINAL) is space
    space.parse(ORIGINAL[:2])
    assert space.numeric_names == ["x", "lr"]
    assert space.n_dims == 2
    assert space.sample(3, generator=make_generator(0)).shape == (3, 2)


def test_a_failed_parse_changes_nothing():
    space = DesignSpace().parse(ORIGINAL)
    with pytest.raises(SpaceError):
        space.parse([{"name": "x", "type": "num", "lb": 1, "ub": 0}])
    assert space == DesignSpace().parse(ORIGINAL)
    with pytest.raises(SpaceError):
        space.parse(ORIGINAL[:1], constraints=[{"type": "linear", "coefficients": {"q": 1}, "ub": 1}])
    assert space == DesignSpace().parse(ORIGINAL)


def test_a_space_is_a_domain_and_always_true():
    assert isinstance(RICH, Domain)
    assert DesignSpace()
    assert DesignSpace().parse(ORIGINAL)


def test_columns_bounds_and_dims_describe_the_encoding():
    assert RICH.n_dims == 17
    assert RICH.columns["order"] == slice(11, 13)
    assert RICH.bounds.shape == (2, 17)
    assert RICH.bounds.dtype == torch.float64
    assert RICH.categorical_dims == {7: 2, 9: 8, 16: 2}
    assert RICH.discrete_dims == frozenset(range(17)) - {0, 1, 2, 13}


def test_roles_and_targets_are_listed():
    assert RICH.roles == {"epochs": "fidelity", "site": "context"}
    assert RICH.targets == {"epochs": 27}


def test_json_both_ways_gives_an_equal_space_of_pure_json():
    text = json.dumps(RICH.to_json(), allow_nan=False)
    again = DesignSpace.from_json(json.loads(text))
    assert again == RICH
    assert json.dumps(again.to_json()) == text
    assert again.parameters["layers"].values[2] == (1, "a")


@pytest.mark.parametrize("clone", [copy.deepcopy, copy.copy, lambda one: pickle.loads(pickle.dumps(one))])
def test_copies_and_pickles_are_equal_and_sample_the_same(clone):
    again = clone(RICH)
    assert again == RICH
    assert again is not RICH
    one, two = (space.sample(8, generator=make_generator(3)) for space in (RICH, again))
    assert one.equal(two)


def test_a_copy_can_be_parsed_anew_without_changing_the_first():
    again = copy.copy(RICH)
    again.parse(ORIGINAL)
    assert again != RICH
    assert RICH.n_dims == 17


@pytest.mark.parametrize(
    ("one", "two"), [([1, 2], [1.0, 2]), ([True, 2], [1, 2]), (["1"], [1]), ([[1]], [(1,)]), ([1, 2], [2, 1])]
)
def test_spaces_with_categories_of_other_type_or_order_differ(one, two):
    spaces = [
        DesignSpace().parse([{"name": "c", "type": "cat", "categories": values}]) for values in (one, two)
    ]
    assert spaces[0] != spaces[1]
    assert spaces[0] != "something else"


def test_definitions_with_defaults_spelled_out_are_equal():
    one = DesignSpace().parse([{"name": "x", "type": "pow", "lb": 1, "ub": 10}])
    two = DesignSpace().parse([{"name": "x", "type": "pow", "lb": 1.0, "ub": 10.0, "base": 10}])
    assert one == two


def test_the_order_of_parameters_and_the_constraints_count_for_equality():
    assert DesignSpace().parse(ORIGINAL) != DesignSpace().parse(ORIGINAL[::-1])
    rule = {"type": "linear", "coefficients": {"x": 1}, "ub": 4}
    assert DesignSpace().parse(ORIGINAL, constraints=[rule]) != DesignSpace().parse(ORIGINAL)


def test_a_category_without_a_json_form_is_refused_by_to_json_only():
    space = DesignSpace().parse([{"name": "f", "type": "cat", "categories": [math.sin, math.cos]}])
    assert pickle.loads(pickle.dumps(space)) == space
    with pytest.raises(SpaceError, match=r"'f': .*has no JSON form; use a string"):
        space.to_json()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "mapping with 'parameters'"),
        ({}, "mapping with 'parameters'"),
        ({"parameters": [], "constraint": []}, "unknown key 'constraint'. Did you mean 'constraints'"),
        ({"parameters": []}, "at least one parameter"),
        ({"parameters": {"x": 1}}, "Expected a list of parameters"),
        (
            {"parameters": [{"name": "x", "type": "bool"}], "constraints": "x"},
            "Expected a list of constraints",
        ),
    ],
)
def test_json_of_something_else_is_refused(value, message):
    with pytest.raises(SpaceError, match=message):
        DesignSpace.from_json(value)


def test_a_space_prints_its_names_and_types():
    assert repr(DesignSpace().parse(ORIGINAL[:2])) == "DesignSpace(x: num, lr: pow)"


def test_the_definitions_given_are_not_modified():
    definitions = copy.deepcopy(ORIGINAL)
    DesignSpace().parse(definitions)
    assert definitions == ORIGINAL
