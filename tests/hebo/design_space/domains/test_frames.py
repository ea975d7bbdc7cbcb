import json
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.plain_values import object_column
from hebo.errors import DataError
from hebo.random import make_generator

SPACE = DesignSpace().parse(
    [
        {"name": "x", "type": "num", "lb": 0, "ub": 2},
        {"name": "n", "type": "int", "lb": 1, "ub": 9},
        {"name": "lr", "type": "pow", "lb": 1e-4, "ub": 1},
        {"name": "s", "type": "sigmoid", "lb": 0.1, "ub": 0.9},
        {"name": "g", "type": "num", "lb": 0, "ub": 1, "step": 0.25},
        {"name": "c", "type": "cat", "categories": ["a", "b"]},
    ]
)
GOOD = {"x": 1.0, "n": 2, "lr": 0.1, "s": 0.5, "g": 0.25, "c": "a"}


def frame_with(name, value):
    """Two good rows and a third with the given value, as an object column."""
    frame = pd.DataFrame([GOOD] * 3)
    frame[name] = pd.Series(object_column([GOOD[name]] * 2 + [value]), dtype=object)
    return frame


def test_the_order_of_columns_and_the_index_do_not_matter():
    frame = pd.DataFrame([GOOD, GOOD], index=["u", "v"])[["c", "g", "s", "lr", "n", "x"]]
    assert SPACE.encode(frame)[0].tolist() == pytest.approx([1.0, 2.0, -1.0, 0.0, 0.25, 0.0])


def test_encoding_leaves_the_frame_alone():
    frame = frame_with("x", 1)
    before = frame.copy(deep=True)
    SPACE.encode(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_an_empty_frame_gives_no_points():
    assert SPACE.encode(pd.DataFrame([GOOD])[:0]).shape == (0, 6)
    assert len(SPACE.decode(torch.empty(0, 6))) == 0
    assert list(SPACE.decode(torch.empty(0, 6))) == SPACE.names


@pytest.mark.parametrize("name", ["x", "n", "lr", "s", "g"])
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "is missing"),
        (pd.NA, "is missing"),
        (math.nan, "is missing"),
        (np.float32("nan"), "is missing"),
        (math.inf, "is not a finite number"),
        (-math.inf, "is not a finite number"),
        ("abc", "is not a number"),
        ("0.5", "is not a number"),
        (0.5 + 0j, "is not a number"),
        (True, "is not a number"),
        ([0.5], "is not a number"),
        (Decimal("0.5"), "is not a number"),
        (pd.Timestamp("2020-01-01"), "is not a number"),
        (10**400, "is not a number"),
        (1e300, "is outside .*; clip it or widen the bounds"),
        (-1e300, "is outside"),
        (-0.01, "is outside"),
    ],
)
def test_bad_numbers_are_refused_with_row_parameter_and_remedy(name, value, problem):
    with pytest.raises(DataError, match=rf"Row 2, parameter '{name}': .*{problem}"):
        SPACE.encode(frame_with(name, value))


@pytest.mark.parametrize(("value", "shown"), [(np.nan, "nan"), (np.inf, "inf"), (5.0, "5.0")])
def test_bad_numbers_in_float_columns_are_refused_as_well(value, shown):
    frame = pd.DataFrame([GOOD] * 3)
    frame.loc[1, "x"] = value
    with pytest.raises(DataError, match=f"Row 1, parameter 'x': {shown} is"):
        SPACE.encode(frame)


def test_complex_and_bool_columns_are_refused():
    for dtype in (complex, bool):
        frame = pd.DataFrame([GOOD])
        frame["x"] = np.array([1], dtype=dtype)
        with pytest.raises(DataError, match=r"Row 0, parameter 'x': .* is not a number"):
            SPACE.encode(frame)


def test_numbers_between_grid_values_are_refused_with_the_nearest():
    with pytest.raises(
        DataError, match=r"Row 2, parameter 'n': 2.4 is not on the grid; the nearest value is 2"
    ):
        SPACE.encode(frame_with("n", 2.4))
    with pytest.raises(DataError, match=r"'g': 0.3 is not on the grid; the nearest value is 0.25"):
        SPACE.encode(frame_with("g", 0.3))


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("x", 2 * (1 + 2e-10), 2.0),
        ("x", -1e-10, 0.0),
        ("n", 3 + 1e-10, 3.0),
        ("lr", 1e-4 * (1 - 1e-10), -4.0),
        ("g", 0.25 + 1e-11, 0.25),
    ],
)
def test_float_noise_beyond_a_bound_or_a_grid_value_is_clipped(name, value, kept):
    assert SPACE.encode(frame_with(name, value))[2, SPACE.columns[name]].item() == kept


def test_more_than_a_millionth_of_the_range_beyond_a_bound_is_refused():
    with pytest.raises(DataError, match="outside"):
        SPACE.encode(frame_with("x", 2.00001))


@pytest.mark.parametrize(
    "value", [np.float32(0.25), np.int8(1), Fraction(1, 4), np.float16(0.5), 1, np.uint64(1)]
)
def test_numbers_of_other_types_are_accepted(value):
    assert SPACE.encode(frame_with("x", value))[2, 0].item() == float(value)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "category", "int8", "float32", object])
def test_pandas_number_dtypes_are_accepted(dtype):
    frame = pd.DataFrame([GOOD] * 2)
    frame["n"] = pd.Series([2, 3]).astype(dtype)
    assert SPACE.encode(frame)[:, 1].tolist() == [2.0, 3.0]


def test_a_nullable_column_with_a_gap_is_refused():
    frame = pd.DataFrame([GOOD] * 2)
    frame["n"] = pd.Series([2, None], dtype="Int64")
    with pytest.raises(DataError, match="Row 1, parameter 'n': <NA> is missing"):
        SPACE.encode(frame)


@pytest.mark.parametrize("value", ["c", None, 1, ["a"], {"a": 1}, {1}])
def test_unknown_categories_are_refused_with_the_known_ones(value):
    with pytest.raises(DataError, match=r"Row 2, parameter 'c': .* give one of 'a', 'b'"):
        SPACE.encode(frame_with("c", value))


def test_missing_unknown_and_repeated_columns_are_refused():
    frame = pd.DataFrame([GOOD])
    with pytest.raises(DataError, match="Column 'lr' is missing"):
        SPACE.encode(frame.drop(columns="lr"))
    with pytest.raises(DataError, match=r"Column 'lrr' is not a parameter; drop it. Did you mean 'lr'"):
        SPACE.encode(frame.assign(lrr=1))
    with pytest.raises(DataError, match="Column 'x' appears twice"):
        SPACE.encode(pd.concat([frame, frame[["x"]]], axis=1))
    with pytest.raises(DataError, match="Column 0 is not a parameter"):
        SPACE.encode(pd.DataFrame([[1.0]]))


@pytest.mark.parametrize("value", [None, [GOOD], GOOD, np.zeros((1, 6)), torch.zeros(1, 6)])
def test_anything_but_a_frame_is_refused(value):
    with pytest.raises(DataError, match="Expected a pandas DataFrame"):
        SPACE.encode(value)


def test_decoded_frames_have_plain_types_and_one_range_index():
    x = SPACE.sample(4, generator=make_generator(0))
    frame = SPACE.decode(x)
    assert frame.dtypes.astype(str).to_dict() == {
        "x": "float64", "n": "int64", "lr": "float64", "s": "float64", "g": "float64", "c": "object"
    }  # fmt: skip
    assert list(frame.index) == [0, 1, 2, 3]
    assert {type(value) for value in frame["c"]} == {str}


def test_decoding_rounds_points_that_are_not_projected():
    row = SPACE.decode(torch.tensor([[5.0, 2.6, -9.0, 0.0, 0.3, 0.7]])).iloc[0]
    assert row.tolist() == [2.0, 3, 1e-4, 0.5, 0.25, "b"]


@pytest.mark.parametrize("points", [np.zeros((1, 6)), [[0.0] * 6], None])
def test_points_that_are_no_tensor_are_refused(points):
    for method in (SPACE.decode, SPACE.project, SPACE.contains):
        with pytest.raises(DataError, match="Expected a torch tensor of points"):
            method(points)


@pytest.mark.parametrize("shape", [(6,), (1, 5), (1, 1, 6)])
def test_points_of_another_shape_are_refused(shape):
    for method in (SPACE.decode, SPACE.project, SPACE.contains):
        with pytest.raises(DataError, match="Expected points of shape n x 6"):
            method(torch.zeros(shape))


TYPES = DesignSpace().parse(
    [
        {"name": "b", "type": "bool"},
        {"name": "n", "type": "int", "lb": 1, "ub": 9},
        {"name": "p", "type": "pow_int", "lb": 1, "ub": 99},
        {"name": "s", "type": "step_int", "lb": 0, "ub": 9, "step": 3},
        {"name": "e", "type": "int_exponent", "lb": 1, "ub": 64, "base": 2},
        {"name": "x", "type": "num", "lb": 0, "ub": 1},
        {"name": "oi", "type": "ordinal", "levels": [8, 16]},
        {"name": "of", "type": "ordinal", "levels": [0.1, 0.2]},
        {"name": "ob", "type": "ordinal", "levels": [True, False]},
        {"name": "ci", "type": "cat", "categories": [8, 16]},
        {"name": "cm", "type": "cat", "categories": [8, "auto"]},
        {"name": "m", "type": "ordinal", "levels": [1, 2.5]},
        {"name": "long", "type": "cat", "categories": [2**70, 1]},
        {"name": "k", "type": "int", "lb": 1, "ub": 9, "active_if": {"b": [True]}},
        {"name": "f", "type": "bool", "active_if": {"b": [True]}},
        {"name": "y", "type": "num", "lb": 0, "ub": 1, "active_if": {"b": [True]}},
    ]
)
KINDS = ["bool", *["int64"] * 4, "float64", "int64", "float64", "bool", "int64", *["object"] * 3]


@pytest.mark.parametrize("n", [0, 1, 16])
def test_columns_have_the_type_of_their_values(n):
    frame = TYPES.decode(TYPES.fix({"b": True}).sample(n, generator=make_generator(0)))
    assert frame.dtypes.astype(str).tolist() == [*KINDS, "int64", "bool", "float64"]
    assert TYPES.encode(frame).equal(TYPES.encode(frame.astype(object)))


def test_columns_with_an_inactive_value_hold_python_values_and_none():
    x = torch.cat([TYPES.fix({"b": one}).sample(2, generator=make_generator(0)) for one in (True, False)])
    frame = TYPES.decode(x)
    assert frame.dtypes.astype(str).tolist() == [*KINDS, "object", "object", "object"]
    for name, kind in (("k", int), ("f", bool), ("y", float)):
        assert [type(value) for value in frame[name]] == [kind, kind, type(None), type(None)]
    assert TYPES.encode(frame).equal(x)


def test_booleans_can_be_negated_and_records_are_plain_json():
    frame = TYPES.decode(TYPES.sample(8, generator=make_generator(1)))
    assert (~frame["b"]).tolist() == [not one for one in frame["b"].tolist()]
    rows = json.loads(json.dumps(frame.to_dict("records")))
    assert TYPES.encode(pd.DataFrame(rows, dtype=object)).equal(TYPES.encode(frame))
