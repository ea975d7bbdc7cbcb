import itertools
import json
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
        (["kernel"], "active_if = 'kernel'; write"),
        ([], r"active_if = \[\]; write {parent: \[values, ...\]}, or a list of these"),
        ([{"kernel": ["poly"]}, {}], "active_if = {}; write"),
        ([{"kernel": ["poly"]}, {"scale": "yes"}], "active_if of 'scale' is 'yes'; give a non-empty list"),
        ([{"kernel": ["poly"]}, {"scal": [True]}], "active_if names 'scal'. Did you mean 'scale'"),
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


# Either a polynomial kernel that is scaled, or a linear one; and a shift wherever one of these has a size.
SIZE = {
    "name": "size",
    "type": "int",
    "lb": 1,
    "ub": 3,
    "active_if": [{"kernel": ["poly"], "scale": [True]}, {"kernel": ["linear"]}],
}
SHIFT = {"name": "shift", "type": "bool", "active_if": [{"degree": [5, 6]}, {"size": [2], "scale": [True]}]}
EITHER = space_of(SHIFT, SIZE, DEGREE, SCALE, KERNEL)


@pytest.mark.parametrize(
    ("values", "inactive"),
    [
        ({}, ["shift"]),
        ({"degree": 5}, []),
        ({"degree": 5, "scale": False}, ["size"]),
        ({"kernel": "linear"}, ["degree"]),
        ({"kernel": "linear", "scale": False}, ["degree", "shift"]),
        ({"kernel": "linear", "size": 1}, ["degree", "shift"]),
        ({"kernel": "rbf"}, ["degree", "shift", "size"]),
    ],
)
def test_one_of_several_alternatives_is_enough(values, inactive):
    given = {"shift": True, "size": 1, "degree": 2, "scale": True, "kernel": "poly"}
    if values.get("kernel") == "linear" and "size" not in values:
        given["size"] = 2
    x = EITHER.encode(pd.DataFrame([{**given, **values}]))
    row = EITHER.decode(x).iloc[0]
    assert [name for name in sorted(EITHER.names) if row[name] is None] == inactive
    assert EITHER.contains(x).all()
    for name in inactive:
        span = EITHER.columns[name]
        assert x[0, span].equal(EITHER.layout.canonical[span])


def test_an_inactive_parent_supports_no_alternative():
    # The canonical degree, 4, is what an inactive one holds in its column; it must not count.
    space = space_of(
        KERNEL,
        SCALE,
        DEGREE,
        {"name": "c", "type": "bool", "active_if": [{"degree": [4]}, {"scale": [True]}]},
    )
    frame = pd.DataFrame({"kernel": ["rbf", "rbf", "poly"], "scale": [False, True, False]})
    x = space.encode(frame.assign(degree=4, c=True))
    assert space.decode(x)["c"].tolist() == [None, True, True]


def test_alternatives_of_different_lengths_may_share_a_parent():
    space = space_of(
        KERNEL, SCALE, {"name": "c", "type": "bool", "active_if": [SIZE["active_if"][0], {"kernel": ["rbf"]}]}
    )
    frame = pd.DataFrame(itertools.product(KERNEL["categories"], [True, False]), columns=["kernel", "scale"])
    active = space.decode(space.encode(frame.assign(c=True)))["c"].notna()
    assert active.tolist() == [True, True, True, False, False, False]


def test_alternatives_go_round_in_a_circle_even_where_one_does_not():
    first = {"name": "a", "type": "bool", "active_if": [{"scale": [True]}, {"b": [True]}]}
    with pytest.raises(SpaceError, match="goes round in a circle"):
        space_of(SCALE, first, {"name": "b", "type": "bool", "active_if": {"a": [True]}})


def test_a_list_of_one_means_the_same_as_a_mapping():
    listed = space_of(KERNEL, {**DEGREE, "active_if": [DEGREE["active_if"]]})
    x = listed.sample(64, generator=make_generator(0))
    assert x.equal(space_of(KERNEL, DEGREE).sample(64, generator=make_generator(0)))


def test_alternatives_survive_json():
    text = json.dumps(EITHER.to_json())
    assert DesignSpace.from_json(json.loads(text)) == EITHER
    assert json.loads(text)["parameters"][1]["active_if"] == SIZE["active_if"]
