import math

import numpy as np
import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.plain_values import object_column
from hebo.errors import DataError, SpaceError


def space_of(**keys):
    return DesignSpace().parse([{"name": "c", **keys}])


def frame_of(values, dtype=object):
    return pd.DataFrame({"c": pd.Series(object_column(values)).astype(dtype)})


def test_bool_is_one_numeric_discrete_column():
    space = space_of(type="bool")
    x = space.encode(frame_of([True, False]))
    assert x[:, 0].tolist() == [1.0, 0.0]
    assert space.categorical_dims == {}
    assert space.discrete_dims == {0}
    assert [type(value) for value in space.decode(x)["c"]] == [bool, bool]


@pytest.mark.parametrize("values", [[0, 1], [0.0, 1.0], np.array([False, True])])
def test_bool_accepts_the_numbers_zero_and_one(values):
    assert space_of(type="bool").encode(pd.DataFrame({"c": values}))[:, 0].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("value", ["True", 2, None, 0.5])
def test_bool_refuses_anything_else(value):
    with pytest.raises(DataError, match=r"Row 0, parameter 'c': .* give True or False"):
        space_of(type="bool").encode(frame_of([value]))


def test_cat_codes_follow_the_order_of_the_categories():
    space = space_of(type="cat", categories=["b", "a", "c"])
    assert space.encode(frame_of(["a", "b", "c"]))[:, 0].tolist() == [1.0, 0.0, 2.0]
    assert space.categorical_dims == {0: 3}


CATEGORIES = [True, 1, 1.0, "1", None, [64, 64], [128], (64, 64), {"a": [1]}]


def test_categories_of_all_types_stay_distinct_and_come_back_as_they_were():
    space = space_of(type="cat", categories=CATEGORIES)
    x = space.encode(frame_of(CATEGORIES))
    assert x[:, 0].tolist() == list(range(9))
    decoded = space.decode(x)["c"].tolist()
    assert [(type(one), one) for one in decoded] == [(type(one), one) for one in CATEGORIES]


def test_numbers_find_their_only_category_whatever_type_pandas_gave_them():
    space = space_of(type="cat", categories=[1, 2, "a"])
    assert space.encode(pd.DataFrame({"c": [1.0, 2.0]}))[:, 0].tolist() == [0.0, 1.0]
    assert space.encode(pd.DataFrame({"c": np.array([2, 1], dtype=np.int8)}))[:, 0].tolist() == [1.0, 0.0]


def test_a_tuple_finds_the_only_list_like_it():
    assert space_of(type="cat", categories=[[1, 2], "a"]).encode(frame_of([(1, 2)])).item() == 0.0


def test_an_ambiguous_number_is_refused():
    with pytest.raises(DataError, match="True is not one of the known values"):
        space_of(type="cat", categories=[1, 1.0]).encode(frame_of([True]))


def test_a_string_is_never_taken_for_a_number():
    with pytest.raises(DataError, match="'1' is not one of the known values; give one of 1, 2"):
        space_of(type="cat", categories=[1, 2]).encode(frame_of(["1"]))


@pytest.mark.parametrize("missing", [None, math.nan, pd.NA, np.float32("nan"), pd.NaT])
def test_missing_is_a_category_only_if_none_is(missing):
    assert space_of(type="cat", categories=["a", None]).encode(frame_of([missing])).item() == 1.0
    with pytest.raises(DataError, match="is not one of the known values"):
        space_of(type="cat", categories=["a", "b"]).encode(frame_of([missing]))


@pytest.mark.parametrize("dtype", ["category", "string", "str", object])
def test_pandas_dtypes_of_strings_are_accepted(dtype):
    space = space_of(type="cat", categories=["a", "b"])
    assert space.encode(frame_of(["b", "a"], dtype))[:, 0].tolist() == [1.0, 0.0]


def test_numpy_categories_become_python_ones():
    space = space_of(type="cat", categories=np.array([10, 20]))
    value = space.decode(space.encode(frame_of([np.int64(20)])))["c"].tolist()[0]
    assert type(value) is int


def test_objects_such_as_functions_may_be_categories():
    space = space_of(type="cat", categories=[math.sin, math.cos])
    assert space.decode(space.encode(frame_of([math.cos])))["c"][0] is math.cos


def test_ordinal_is_the_rank_of_a_level_and_a_discrete_number():
    space = space_of(type="ordinal", levels=["low", "mid", "high"])
    assert space.encode(frame_of(["high", "low"]))[:, 0].tolist() == [2.0, 0.0]
    assert space.categorical_dims == {}
    assert space.discrete_dims == {0}
    assert space.numeric_names == ["c"]


@pytest.mark.parametrize(("type_", "key"), [("cat", "categories"), ("ordinal", "levels")])
@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([], "is empty"),
        (["a", "b", "a"], "= 'a' appears twice"),
        ([[1], [1]], r"= \[1\] appears twice"),
        ("abc", "is not a list"),
        ({"a", "b"}, "is not a list"),
        (3, "is not a list"),
        (["a", math.nan], "not a finite value"),
        (["a", math.inf], "not a finite value"),
        (["a", {1, 2}], "cannot be told apart"),
    ],
)
def test_unusable_lists_of_values_are_refused(type_, key, values, problem):
    with pytest.raises(SpaceError, match=f"'c': {key} .*{problem}"):
        space_of(type=type_, **{key: values})
