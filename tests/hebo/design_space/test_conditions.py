import math

import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, SpaceError
from hebo.random import make_generator

KERNEL = {"name": "kernel", "type": "cat", "categories": ["rbf", "poly", "linear"]}
DEGREE = {"name": "degree", "type": "int", "lb": 2, "ub": 6, "active_if": {"kernel": ["poly"]}}
GAMMA = {"name": "gamma", "type": "pow", "lb": 1e-4, "ub": 1, "active_if": {"kernel": ["rbf", "poly"]}}
COEF = {"name": "coef", "type": "num", "lb": 0, "ub": 1, "active_if": {"degree": [2, 3], "scale": [True]}}
SCALE = {"name": "scale", "type": "bool"}


def space_of(*definitions):
    return DesignSpace().parse(list(definitions))


# A child may stand before its parents.
SPACE = space_of(COEF, DEGREE, GAMMA, SCALE, KERNEL)


def frame_of(**values):
    return pd.DataFrame(
        [{"coef": 0.25, "degree": 2, "gamma": 0.01, "scale": True, "kernel": "poly", **values}]
    )


def test_active_parameters_are_encoded_as_given():
    assert SPACE.encode(frame_of()).tolist() == [[0.25, 2.0, -2.0, 1.0, 1.0]]


@pytest.mark.parametrize(
    ("values", "inactive"),
    [
        ({"kernel": "rbf"}, ["coef", "degree"]),
        ({"kernel": "linear"}, ["coef", "degree", "gamma"]),
        ({"degree": 4}, ["coef"]),
        ({"scale": False}, ["coef"]),
    ],
)
def test_inactive_parameters_hold_middle_values_in_columns_and_none_in_frames(values, inactive):
    x = SPACE.encode(frame_of(**values))
    middle = {"coef": 0.5, "degree": 4.0, "gamma": -2.0}
    row = SPACE.decode(x).iloc[0]
    assert {name for name in SPACE.names if row[name] is None} == set(inactive)
    for name in inactive:
        assert x[0, SPACE.columns[name]].item() == middle[name]


def test_an_inactive_category_holds_the_first_one():
    space = space_of(SCALE, {**KERNEL, "active_if": {"scale": [True]}})
    assert space.encode(pd.DataFrame({"scale": [False], "kernel": ["poly"]})).tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize("value", [None, math.nan, pd.NA, 3, "anything", -1e300])
def test_whatever_stands_in_an_inactive_cell_is_ignored(value):
    x = SPACE.encode(frame_of(kernel="rbf", degree=value, coef=value))
    assert x.equal(SPACE.encode(frame_of(kernel="rbf")))


def test_a_missing_value_of_an_active_parameter_is_refused_with_its_row():
    frame = pd.concat([frame_of(kernel="rbf", degree=None), frame_of(degree=None)], ignore_index=True)
    with pytest.raises(DataError, match=r"Row 1, parameter 'degree': .* is missing"):
        SPACE.encode(frame)


def test_every_sample_is_settled_and_all_conditions_occur():
    x = SPACE.sample(512, generator=make_generator(0))
    frame = SPACE.decode(x)
    poly = frame["kernel"] == "poly"
    assert (frame["degree"].notna() == poly).all()
    assert (frame["gamma"].notna() == (frame["kernel"] != "linear")).all()
    assert (frame["coef"].notna() == (frame["degree"].isin([2, 3]) & frame["scale"])).all()
    assert frame["coef"].notna().sum() == pytest.approx(512 / 3 * 0.4 / 2, abs=12)
    assert SPACE.contains(x).all()
    assert SPACE.encode(frame).allclose(x)


def test_contains_refuses_a_value_in_an_inactive_column():
    x = SPACE.encode(frame_of(kernel="rbf"))
    x[0, SPACE.columns["degree"]] = 2.0
    assert not SPACE.contains(x).any()
    assert SPACE.project(x).equal(SPACE.encode(frame_of(kernel="rbf")))


def test_a_neighbor_that_changes_a_parent_switches_its_children():
    x = SPACE.encode(frame_of())[0]
    near = SPACE.decode(SPACE.neighbors(x, generator=make_generator(0)))
    assert {"rbf", "linear"} <= set(near["kernel"])
    assert near.loc[near["kernel"] == "rbf", "degree"].isna().all()


def test_cardinality_counts_conditional_parameters_once_per_active_set():
    # rbf, linear: scale only; poly: degree 2..6 and scale, or rather 2 (kernels) * 2 + 5 * 2
    assert space_of(KERNEL, DEGREE, SCALE).cardinality == 2 * 2 + 5 * 2
    assert SPACE.cardinality is None


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"kernl": ["poly"]}, "active_if names 'kernl'. Did you mean 'kernel'"),
        ({"kernel": ["polly"]}, "has a value that 'kernel' never takes.*'polly'"),
        ({"scale": ["yes"]}, "has a value that 'scale' never takes"),
        ({"kernel": "poly"}, "give a non-empty list"),
        ({"kernel": []}, "give a non-empty list"),
        ({"lr": [0.1]}, "names 'lr', which has no discrete values"),
        ({"order": [[0, 1]]}, "names 'order', which has no discrete values"),
        ({}, "active_if = {}; write"),
        (["kernel"], "active_if = .*; write"),
        ("kernel", "active_if = 'kernel'; write"),
    ],
)
def test_unusable_conditions_are_refused(condition, message):
    parents = [
        KERNEL,
        SCALE,
        {"name": "lr", "type": "num", "lb": 0, "ub": 1},
        {"name": "order", "type": "permutation", "length": 2},
    ]
    with pytest.raises(SpaceError, match=f"'degree': .*{message}"):
        space_of(*parents, {**DEGREE, "active_if": condition})


@pytest.mark.parametrize("chain", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_circles_are_refused(chain):
    definitions = [
        {"name": name, "type": "bool", "active_if": {parent: [True]}}
        for name, parent in zip(chain, chain[1:] + chain[:1], strict=True)
    ]
    with pytest.raises(SpaceError, match="goes round in a circle"):
        space_of(*definitions)


def test_a_log_integer_can_be_a_parent():
    space = space_of(
        {"name": "n", "type": "int", "lb": 1, "ub": 10**6, "log": True},
        {"name": "x", "type": "num", "lb": 0, "ub": 1, "active_if": {"n": [10**6 - 1]}},
    )
    frame = pd.DataFrame({"n": [10**6 - 2, 10**6 - 1, 10**6], "x": [0.1, 0.1, 0.1]})
    assert space.encode(frame)[:, 1].tolist() == [0.5, 0.1, 0.5]


def test_an_inactive_permutation_is_none_and_in_its_first_order():
    space = space_of(SCALE, {"name": "p", "type": "permutation", "length": 3, "active_if": {"scale": [True]}})
    frame = pd.DataFrame({"scale": [True, False], "p": [[2, 1, 0], None]})
    x = space.encode(frame)
    assert x[:, 1:].tolist() == [[2.0, 1.0, 0.0], [0.0, 1.0, 2.0]]
    assert space.decode(x)["p"].tolist() == [[2, 1, 0], None]
    assert torch.equal(space.project(x), x)
