"""Lookup of categories: the listed values of a definition, and the position of each in the list."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.values.keys import exact_key, loose_key
from hebo.design_space.values.plain_values import is_missing, is_number, plain
from hebo.design_space.values.precision import SAME


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
