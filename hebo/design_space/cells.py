"""Cells of CSV files: the texts that stand for the values of parameters.

Cells hold texts and numbers as people read them; anything else, such as a list, is written as JSON.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hebo.design_space.parameter import Parameter
from hebo.design_space.sequence import Sequence
from hebo.errors import DataError

FAILED = ("failed", "nan", "inf", "infeasible")
"""What a cell may say, in small or capital letters, of a measurement that failed."""

_LISTED = 10_000
"""Most values of a parameter that are told by their texts; larger ranges are of numbers."""


def read_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a CSV file with their numbers, less those without a text.

    Args:
        path: With commas, semicolons or tabs, whichever the first line has most of.

    Raises:
        DataError: If it cannot be read, or is no CSV file in UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}); give a CSV file in UTF-8.") from error
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=header.count))
    try:
        for row in reader:
            if any(one.strip() for one in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: {error}; check the quotes near it.") from error


def cell(value: Any) -> str:
    """Return a value as a cell has it; empty where a parameter is not active."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    plain = value.item() if hasattr(value, "item") else value
    return repr(plain) if isinstance(plain, float) else json.dumps(plain)


def read_measured(where: str, text: str) -> float:
    """Return the value of a cell with a measurement, NaN where it failed.

    Args:
        where: Names the cell in messages.
        text: Without spaces around it.

    Raises:
        DataError: If it is neither a number nor one of `FAILED`.
    """
    if text.lower() in FAILED:
        return math.nan
    if text == "":
        raise DataError(
            f"{where}: empty, while others of the row have values; write 'failed' if it was lost."
        )
    try:
        return float(text)
    except ValueError:
        raise DataError(f"{where}: {text!r} is not a number; write 1.5, with a point, or 'failed'.") from None


class CellReader:
    """Reads the cells of one parameter. Whether a value is one of its values is for the parameter to say."""

    def __init__(self, parameter: Parameter) -> None:
        self._is_text = isinstance(parameter, Sequence)
        self._known: dict[str, Any] | None = None
        count = parameter.cardinality
        if not self._is_text and count is not None and count <= _LISTED:
            self._known = {cell(value): value for value in parameter.decode(parameter.every()).tolist()}
            # Spreadsheets write booleans in capital letters.
            n_alike = Counter(text.lower() for text in self._known)
            self._alike = {
                text.lower(): value for text, value in self._known.items() if n_alike[text.lower()] == 1
            }

    def read(self, where: str, text: str) -> Any:
        """Return the value of a cell; None if it is empty.

        Args:
            where: Names the cell in messages.
            text: Without spaces around it.

        Raises:
            DataError: If it is no number where only a number can be meant.
        """
        if text == "":
            return None
        if self._is_text:
            return text
        if self._known is not None:
            if text in self._known:
                return self._known[text]
            if text.lower() in self._alike:
                return self._alike[text.lower()]
        try:
            return json.loads(text)
        except ValueError:
            if self._known is None:
                raise DataError(f"{where}: {text!r} is not a number; write 1.5, with a point.") from None
            return text
