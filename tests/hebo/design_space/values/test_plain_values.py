import math

import numpy as np
import pandas as pd
import pytest

from hebo.design_space.values.plain_values import is_missing, is_number, object_column, plain, typed_column


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


def test_object_columns_keep_lists_whole():
    column = object_column([[1, 2], [3, 4]])
    assert column.shape == (2,)
    assert column[0] == [1, 2]


def test_numpy_values_become_the_python_objects_they_stand_for():
    assert [type(plain(value)) for value in (np.float32(0.5), np.array([1, 2]), "a")] == [float, list, str]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, 2], "int64"),
        ([1.0, 2.0], "float64"),
        ([True, False], "bool"),
        ([1, 2.0], "object"),
        ([2**63], "object"),
    ],
)
def test_columns_have_the_type_that_all_values_share(values, dtype):
    column = typed_column(values)
    assert column.dtype == dtype
    assert column.tolist() == values
