"""Cells of tables for people: what stands for the values of parameters, and how it is read.

Cells hold texts, numbers and truth values as people read them; anything else, such as a list, is written as
JSON, and so is a text that could not be told from another value: `""` in quotes is the empty text.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np

from hebo.design_space.parameters.numeric import Numeric
from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.parameters.sequence import Sequence
from hebo.design_space.values.plain_values import plain
from hebo.errors import DataError, SpaceError

FAILED = ("failed", "nan", "inf", "infeasible")
"""What a cell may say, in small or capital letters, of a measurement that failed."""

_LISTED = 10_000
"""Most values of a parameter that are told by their texts; larger ranges are of numbers."""

_SHORT = 6
"""Significant digits of a real number, where these are enough."""

_BLUR = 1e-3
"""Largest share of a range that short digits may change; a narrow range far from zero takes more of them."""

_EXACT = 15
"""Significant digits that tell numbers of a table apart, without the noise of the last two."""

_LEAST_SD = 1e-150
"""Least standard deviation beyond 0; the squares of smaller ones vanish."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_MISSING = ("na", "n/a", "nan", "<na>", "null", "none", "#n/a", "#na", "-nan", "1.#ind", "1.#qnan")
"""Texts, in small letters, of which pandas makes nothing."""


def read_number(text: str, *, decimal_comma: bool = False) -> float | None:
    """Return the number that a text is, an integer where it is written as one; None if it is none.

    Args:
        text: Spaces around it do not matter.
        decimal_comma: Whether `0,5` is one.
    """
    text = text.strip()
    if decimal_comma and _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return None
    digits = text.lstrip("+-")
    if digits.isdecimal() and len(digits) < 400:
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else None


def read_measured(where: str, text: str, *, decimal_comma: bool = False) -> float:
    """Return the value of a cell with a measurement, NaN where it failed.

    Args:
        where: Names the cell in messages.
        text: What it says.
        decimal_comma: Whether `0,5` is a number.

    Raises:
        DataError: If it is neither a number nor one of `FAILED`.
    """
    text = text.strip()
    if text.lower() in FAILED:
        return math.nan
    if text == "":
        raise DataError(
            f"{where}: empty, while others of the row have values; write 'failed' if it was lost."
        )
    number = read_number(text, decimal_comma=decimal_comma)
    if number is None or abs(number) > 1e300:
        raise DataError(f"{where}: {text!r} is not a number; write 1.5, with a point, or 'failed'.")
    return float(number)


def read_deviation(where: str, text: str, *, decimal_comma: bool = False) -> float:
    """Return the standard deviation that a cell gives of a measurement, NaN where it is empty: unknown.

    Args:
        where: Names the cell in messages.
        text: What it says.
        decimal_comma: Whether `0,5` is a number.

    Raises:
        DataError: If it is no number, negative, or its square is no float.
    """
    if text.strip() == "":
        return math.nan
    number = read_number(text, decimal_comma=decimal_comma)
    if number is None or not (number == 0 or _LEAST_SD <= number <= 1 / _LEAST_SD):
        raise DataError(
            f"{where}: {text.strip()!r} is no standard deviation; write a number of 0 or more, with a point, "
            "or leave the cell empty if it is unknown."
        )
    return float(number)


def cell(value: Any) -> str:
    """Return a value as a cell has it; empty where a parameter is not active."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    plain_value = plain(value)
    return repr(plain_value) if isinstance(plain_value, float) else json.dumps(plain_value)


class Cells:
    """The cells of one parameter. Whether a value is one of its values is for the parameter to say.

    Args:
        parameter: Whose values they are.
        short: Whether real numbers are written with six digits; all are where rows of a table are told apart.

    Raises:
        SpaceError: If two of its values look the same.
    """

    def __init__(self, parameter: Parameter, *, short: bool = False) -> None:
        self._parameter, self._short = parameter, short
        self._is_text = isinstance(parameter, Sequence)
        self._listed: list[Any] | None = None
        self._written: dict[str, Any] = {}
        self._raw: dict[str, list[Any]] = {}
        self._alike: dict[object, list[Any]] = {}
        count = parameter.cardinality
        if not self._is_text and count is not None and count <= _LISTED:
            self._list(parameter.decode(parameter.every()).tolist())

    def _list(self, values: list[Any]) -> None:
        self._listed = values
        for value in values:
            self._raw.setdefault(cell(value).strip(), []).append(value)
            self._alike.setdefault(_likeness(cell(value)), []).append(value)
        for value in values:
            text = cell(self.write(value))
            if text in self._written:
                raise SpaceError(
                    f"Parameter '{self._parameter.name}': {self._written[text]!r} and {value!r} look the "
                    "same in a table; replace one of them by a text."
                )
            self._written[text] = value

    @property
    def takes_empty(self) -> bool:
        """Whether an empty cell is a value: the category `None`, or else the empty text."""
        return self._listed is not None and any(one is None or one == "" for one in self._listed)

    def write(self, value: Any) -> str | float | None:
        """Return what stands for a value: a text, a number, a truth value; None where it is not active."""
        value = plain(value)
        if isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return self._rounded(value)
        if value is None:
            return None
        if not isinstance(value, str):
            return json.dumps(value)
        return json.dumps(value, ensure_ascii=not value.isprintable()) if self._is_unclear(value) else value

    def _is_unclear(self, text: str) -> bool:
        """Say whether a text would not be read back as it is, or not once a spreadsheet has saved it."""
        if text.strip() == "" or text.lstrip().startswith('"') or _CONTROL.search(text):
            return True
        if self._listed is None:
            return text != text.strip()
        key = _likeness(text)
        is_rewritten = isinstance(key, float) or key in ("true", "false")
        # A text that is listed no longer has no likeness there.
        n_raw, n_alike = len(self._raw.get(text.strip(), [])), len(self._alike.get(key, []))
        return n_raw > 1 or (is_rewritten and n_alike > 1)

    def _rounded(self, value: float) -> float:
        """Return a real number with the fewest digits that tell where it is; never beyond a bound."""
        parameter = self._parameter
        if not isinstance(parameter, Numeric) or self._listed is not None or parameter.grid is not None:
            return value
        if not self._short:
            return float(f"{value:.{_EXACT}g}")
        if self._is_beyond(value):
            return float(f"{value:.{_SHORT}g}")
        here = parameter.encode(np.array([value]))
        low, high = parameter.bounds
        for digits in range(_SHORT, 17):
            short = _inside(value, digits, *parameter.natural_bounds)
            if short is not None:
                gap = float((parameter.encode(np.array([short])) - here).abs())
                if gap <= _BLUR * float(high - low):
                    return short
        return value

    def read(self, where: str, text: str, *, decimal_comma: bool = False) -> Any:
        """Return the value of a cell; None if it is empty.

        Args:
            where: Names the cell in messages.
            text: What it says.
            decimal_comma: Whether `0,5` is a number.

        Raises:
            DataError: If it is no number where only a number can be meant, or could be several values.
        """
        if text in self._written:
            return self._written[text]
        if text.strip() in self._written:
            return self._written[text.strip()]
        if text.strip() == "":
            return "" if self._listed is not None and "" in self._listed else None
        if self._is_text:
            return _unquoted(text)
        if self._listed is not None:
            found = self._found(text, decimal_comma=decimal_comma)
            if len(found) == 1:
                return found[0]
            if found:
                raise DataError(
                    f"{where}: {text.strip()!r} may be {' or '.join(map(repr, found))}; write the one that "
                    f"is meant as {' or '.join(cell(self.write(one)) for one in found)}."
                )
        return self._other(where, text, decimal_comma=decimal_comma)

    def _found(self, text: str, *, decimal_comma: bool) -> list[Any]:
        """Return the listed values that a text may stand for."""
        raw = [one for one in self._raw.get(text.strip(), []) if isinstance(one, str)]
        if len(raw) == 1:
            return raw
        return self._alike.get(_likeness(text, decimal_comma=decimal_comma), [])

    def _other(self, where: str, text: str, *, decimal_comma: bool) -> Any:
        number = read_number(text, decimal_comma=decimal_comma)
        if number is not None:
            return number
        if self._listed is None and isinstance(self._parameter, Numeric):
            raise DataError(f"{where}: {text.strip()!r} is not a number; write 1.5, with a point.")
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text.strip()

    def is_same(self, text: str, value: Any, *, decimal_comma: bool = False) -> bool:
        """Say whether a cell still is what was written for a value, but for what programs do to cells.

        They write `1` as `1.0`, `true` as `TRUE`, numbers with fewer or more digits, and drop what looks like
        a missing value to them, such as the text `NA`.
        """
        written = cell(self.write(value))
        if text.strip() == written.strip():
            return True
        if text.strip() == "":
            return written.lower() in _MISSING
        if text in self._written or text.strip() in self._written:
            return False  # of another value
        if self._is_text and len(text.strip()) == len(str(value)):
            return False  # another sequence
        if _likeness(written) == _likeness(text, decimal_comma=decimal_comma):
            return True
        number = read_number(text, decimal_comma=decimal_comma)
        return number is not None and isinstance(value, float) and self._is_near(number, value)

    def _is_beyond(self, value: float) -> bool:
        """Say whether a number lies beyond the bounds: of a point from before these were changed."""
        if not isinstance(self._parameter, Numeric):
            return False
        low, high = self._parameter.natural_bounds
        return not low <= value <= high

    def _is_near(self, number: float, value: float) -> bool:
        """Say whether two real numbers are the same setting."""
        if not self._short or self._listed is not None:
            return math.isclose(number, value, rel_tol=1e-12, abs_tol=0.0)
        if self._is_beyond(value):
            return math.isclose(number, value, rel_tol=10.0 ** (1 - _SHORT), abs_tol=0.0)
        try:
            both = self._parameter.encode(np.array([float(number), value]))
        except DataError:
            return False
        low, high = self._parameter.bounds
        return float((both[0] - both[1]).abs()) <= 1e-6 * float(high - low)


def _likeness(text: str, *, decimal_comma: bool = False) -> float | str:
    """Return what a text has in common with those that programs make of it: its number, or its letters."""
    number = read_number(text, decimal_comma=decimal_comma)
    if number is None or abs(number) > 1e300:
        return text.strip().lower()
    return float(f"{float(number):.{_EXACT - 1}e}")


def _inside(value: float, digits: int, low: float, high: float) -> float | None:
    """Return the nearest number of so many digits within bounds, None if there is none near."""
    short = float(f"{value:.{digits - 1}e}")
    if low <= short <= high:
        return short
    step = 10.0 ** (math.floor(math.log10(abs(short))) - digits + 1) if short else 0.0
    short = float(f"{short + (step if short < low else -step):.{digits - 1}e}")
    return short if low <= short <= high else None


def _unquoted(text: str) -> str:
    """Return a text that may have been written as JSON, without spaces around it if not."""
    if text.strip().startswith('"'):
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if isinstance(found, str):
            return found
    return text.strip()
