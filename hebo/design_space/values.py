"""Values as people write them: numbers in a frame, categories of any type, and their JSON form."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
import pandas as pd

from hebo.design_space.scale import SAME
from hebo.errors import SpaceError

if TYPE_CHECKING:
    from hebo.design_space.parameter import Parameter

TUPLE_KEY = "__tuple__"
"""Marks a tuple in JSON, which has only lists."""


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


def read_numbers(parameter: Parameter, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return a column of a frame as float64.

    Raises:
        DataError: If a value is missing, infinite, or not a real number; `"3"` and `True` are not.
    """
    if values.dtype.kind not in "iuf":
        for row, value in enumerate(values):
            if is_missing(value):
                raise parameter.bad_value(row, value, "is missing; give a number")
            if not is_number(value):
                raise parameter.bad_value(row, value, "is not a number; convert it to one")
    result = values.astype(np.float64)
    if not np.isfinite(result).all():
        row = int(np.flatnonzero(~np.isfinite(result))[0])
        raise parameter.bad_value(row, values[row], "is not a finite number; drop the row or give a number")
    return result


def plain(value: Any) -> Any:
    """Return NumPy scalars and arrays as the Python objects they stand for, anything else unchanged."""
    if isinstance(value, np.generic):
        return value.item()
    return value.tolist() if isinstance(value, np.ndarray) else value


def exact_key(value: Any) -> Hashable:
    """Return a hashable key that tells `1`, `1.0`, `True` and `"1"` apart, also within lists.

    Raises:
        TypeError: If the value, or one inside it, is neither hashable nor a list, tuple or dict.
    """
    return _key(plain(value), lambda one: (type(one), one), ordered=(list, tuple))


def loose_key(value: Any) -> Hashable:
    """Return a hashable key that forgets the type of numbers and of sequences, as storage formats do."""
    return _key(plain(value), lambda one: one, ordered=None)


def _key(value: Any, leaf: Callable[[Any], Hashable], *, ordered: tuple[type, ...] | None) -> Hashable:
    """Build a key of nested containers; `ordered` says whether the kind of sequence matters."""
    value = plain(value)
    if isinstance(value, (list, tuple)):
        kind = type(value).__name__ if ordered else "sequence"
        return (kind, *(_key(one, leaf, ordered=ordered) for one in value))
    if isinstance(value, dict):
        pairs = ((_key(k, leaf, ordered=ordered), _key(v, leaf, ordered=ordered)) for k, v in value.items())
        return ("dict", frozenset(pairs))
    hash(value)
    return leaf(value)


class ValueTable:
    """Finds the position of a value in a list of distinct values, whatever their types.

    A value is found by exact type and content. Where only one of the values equals it apart from the type
    (`1` for `1.0`, a list for a tuple: what pandas, CSV and JSON do to values), that one is found too. So is
    the number nearest to a number, within a millionth of the range of all of them, and the only one that a
    number in single precision can be.
    """

    def __init__(self, values: Sequence[Any]) -> None:
        """Index `values`; raises `TypeError` for one that can be neither hashed nor taken apart."""
        self._exact = {exact_key(value): code for code, value in enumerate(values)}
        loose: dict[Hashable, list[int]] = {}
        for code, value in enumerate(values):
            loose.setdefault(loose_key(value), []).append(code)
        self._loose = {key: codes[0] for key, codes in loose.items() if len(codes) == 1}
        self._codes = [code for code, value in enumerate(values) if is_number(value)]
        self._numbers = np.array([float(values[code]) for code in self._codes])
        gaps = np.diff(np.sort(self._numbers))
        self._tolerance = min(SAME * gaps.sum(), 1e-3 * gaps.min()) if len(gaps) else 0.0

    def find(self, value: Any) -> int | None:
        """Return the position of `value`, `None` if it is not there."""
        value = None if is_missing(value) else value
        if isinstance(value, np.float32) and (codes := self.rounding_to(value)):
            return codes[0] if len(codes) == 1 else None
        try:
            code = self._exact.get(exact_key(value))
            code = self._loose.get(loose_key(value)) if code is None else code
        except TypeError:
            return None
        return self._nearest(float(value)) if code is None and is_number(value) else code

    def rounding_to(self, value: np.float32) -> list[int]:
        """Return the positions of the numbers that are `value` in single precision."""
        with np.errstate(over="ignore"):
            return [self._codes[place] for place in np.flatnonzero(self._numbers.astype(np.float32) == value)]

    def _nearest(self, number: float) -> int | None:
        if not len(self._numbers):
            return None
        gaps = np.abs(self._numbers - number)
        place = int(gaps.argmin())
        return self._codes[place] if gaps[place] <= self._tolerance else None


def read_values(parameter: Parameter, key: str, values: Any) -> tuple[Any, ...]:
    """Return the distinct values of a list in a definition, NumPy scalars as Python ones.

    Raises:
        SpaceError: If it is not a list, is empty, or has duplicate, NaN or infinite values.
    """
    if not isinstance(values, (list, tuple, range, np.ndarray, pd.Series, pd.Index)):
        raise parameter.problem(key, values, "is not a list; write the values as one, in a fixed order")
    result = tuple(plain(value) for value in values)
    if not result:
        raise parameter.problem(key, values, "is empty; give at least one value")
    for value in result:
        if value is not None and (is_missing(value) or value in (math.inf, -math.inf)):
            raise parameter.problem(key, value, "is not a finite value; use None or a string")
    return result


def index_values(parameter: Parameter, key: str, values: tuple[Any, ...]) -> ValueTable:
    """Return the table of the values of a definition.

    Raises:
        SpaceError: If two of them are the same, or one is of a type that cannot be looked up.
    """
    try:
        keys = [exact_key(value) for value in values]
    except TypeError as error:
        raise parameter.problem(key, values, f"cannot be told apart ({error}); use strings") from error
    if len(set(keys)) < len(keys):
        twice = next(value for row, value in enumerate(values) if keys[row] in keys[:row])
        raise parameter.problem(key, twice, "appears twice; remove the duplicate")
    return ValueTable(values)


def object_column(values: Iterable[Any]) -> np.ndarray[Any, Any]:
    """Return values as a 1-D object array, lists and tuples kept whole."""
    return np.fromiter(values, dtype=object)


def typed_column(values: Sequence[Any]) -> np.ndarray[Any, Any]:
    """Return values as an array of integers, floats or booleans if all are of that type, else of objects."""
    kinds = {type(value) for value in values}
    if kinds == {int} and all(abs(value) < 2**63 for value in values):
        return np.array(values, dtype=np.int64)
    return np.array(values) if kinds in ({float}, {bool}) else object_column(values)


def to_json_value(value: Any) -> Any:
    """Return a value of a definition in JSON types; tuples are marked.

    Raises:
        SpaceError: If the value, or one inside it, has no JSON form.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is tuple:
        return {TUPLE_KEY: [to_json_value(one) for one in value]}
    if type(value) is list:
        return [to_json_value(one) for one in value]
    if type(value) is dict and all(type(key) is str for key in value) and TUPLE_KEY not in value:
        return {key: to_json_value(one) for key, one in value.items()}
    raise SpaceError(
        f"{value!r} ({type(value).__name__}) has no JSON form; use a string and map it yourself."
    )


def from_json_value(value: Any) -> Any:
    """Undo `to_json_value`."""
    if isinstance(value, list):
        return [from_json_value(one) for one in value]
    if isinstance(value, Mapping):
        if set(value) == {TUPLE_KEY}:
            return tuple(from_json_value(one) for one in value[TUPLE_KEY])
        return {key: from_json_value(one) for key, one in value.items()}
    return value


def definition_key(value: Any) -> Hashable:
    """Return a key that compares definitions by content and type, with objects of any kind as values."""
    try:
        return exact_key(value)
    except TypeError:
        return repr(value)
