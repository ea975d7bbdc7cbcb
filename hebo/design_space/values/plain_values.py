"""Natural values as people write them: what is a number, what is missing, and columns of them."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Sequence
from typing import Any, TypeGuard

import numpy as np
import pandas as pd


def is_number(value: object) -> TypeGuard[float]:
    """Say whether `value` is a real number that a float can hold; booleans and strings are not."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        return False
    try:
        float(value)
    except OverflowError:
        return False
    return True


def is_missing(value: object) -> bool:
    """Say whether `value` is what pandas puts where there is nothing: None, NaN, NA or NaT."""
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, (float, np.floating)) and value != value)
    )


def plain(value: Any) -> Any:
    """Return NumPy scalars and arrays as the Python objects they stand for, anything else unchanged."""
    if isinstance(value, np.generic):
        return value.item()
    return value.tolist() if isinstance(value, np.ndarray) else value


def object_column(values: Iterable[Any]) -> np.ndarray[Any, Any]:
    """Return values as a 1-D object array, lists and tuples kept whole."""
    return np.fromiter(values, dtype=object)


def typed_column(values: Sequence[Any]) -> np.ndarray[Any, Any]:
    """Return values as an array of integers, floats or booleans if all are of that type, else of objects."""
    kinds = {type(value) for value in values}
    if kinds == {int} and all(abs(value) < 2**63 for value in values):
        return np.array(values, dtype=np.int64)
    return np.array(values) if kinds in ({float}, {bool}) else object_column(values)
