import enum
import json
import math

import numpy as np
import pandas as pd
import pytest

from hebo.design_space.values import (
    ValueTable,
    exact_key,
    from_json_value,
    is_missing,
    is_number,
    loose_key,
    object_column,
    to_json_value,
)
from hebo.errors import SpaceError


class Colour(enum.StrEnum):
    RED = "red"


@pytest.mark.parametrize("value", [0, -1.5, np.float32(2), np.int8(3), math.nan])
def test_real_numbers_are_numbers(value):
    assert is_number(value)


@pytest.mark.parametrize("value", [True, np.True_, "1", None, 1j, [1], 10**400, np.array(1.0), pd.NA])
def test_anything_else_is_no_number(value):
    assert not is_number(value)


@pytest.mark.parametrize("value", [None, math.nan, np.float32("nan"), pd.NA, pd.NaT])
def test_what_pandas_puts_into_gaps_is_missing(value):
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, "", False, [], "nan", np.array([math.nan])])
def test_falsy_values_are_not_missing(value):
    assert not is_missing(value)


def test_exact_keys_tell_types_apart_at_any_depth():
    values = [1, 1.0, True, "1", [1], [1.0], (1,), [[1]], {"a": 1}, {"a": True}, None]
    assert len({exact_key(value) for value in values}) == len(values)


def test_loose_keys_join_what_storage_formats_confuse():
    assert loose_key([1, (2.0, True)]) == loose_key((1.0, [2, 1]))
    assert loose_key("1") != loose_key(1)
    assert loose_key({"a": 1}) == loose_key({"a": 1.0})


def test_a_table_prefers_the_exact_value_to_a_similar_one():
    table = ValueTable([1.0, 1, "red"])
    assert [table.find(value) for value in (1, 1.0, np.int64(1), True, Colour.RED)] == [1, 0, 1, None, 2]


def test_a_table_knows_nothing_of_values_it_cannot_hash():
    assert ValueTable(["a"]).find({1, 2}) is None


def test_object_columns_keep_lists_whole():
    column = object_column([[1, 2], [3, 4]])
    assert column.shape == (2,)
    assert column[0] == [1, 2]


@pytest.mark.parametrize(
    "value",
    [None, True, 1, 0.5, "a", [1, [2]], (1, ("a", None)), {"a": [1, (2,)]}, [(), {}], {"b": {"c": 1}}],
)
def test_json_values_come_back_with_their_types(value):
    again = from_json_value(json.loads(json.dumps(to_json_value(value))))
    assert exact_key(again) == exact_key(value)


@pytest.mark.parametrize(
    "value", [math.sin, {1, 2}, {1: "a"}, {"__tuple__": 1}, [math.sin], b"x", Colour.RED]
)
def test_values_without_a_json_form_are_refused(value):
    with pytest.raises(SpaceError, match="has no JSON form; use a string"):
        to_json_value(value)
