"""Spreadsheets of points: a row for each, with columns for what is measured, as CSV.

Cells hold texts and numbers as people read them; anything else, such as a list, is written as JSON.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameter import Parameter
from hebo.errors import DataError, did_you_mean

NUMBER = "point"
"""Column with the number of a point that was asked for; empty for others."""

FAILED = ("failed", "nan", "inf", "infeasible")
"""What a cell may say, in small or capital letters, of a measurement that failed."""

_LISTED = 10_000
"""Most values of a parameter that are told by their texts; larger ranges are of numbers."""


@dataclass(frozen=True)
class Row:
    """A point that has been measured.

    Attributes:
        line: Of the file.
        number: Of the point, or None.
        point: Parameter -> value.
        values: What was measured, in the order of the columns; NaN where it failed.
    """

    line: int
    number: int | None
    point: dict[str, Any]
    values: list[float]


def write_sheet(path: Path, points: pd.DataFrame, numbers: Sequence[int], measured: Sequence[str]) -> None:
    """Write points with empty columns for what is to be measured."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([NUMBER, *points.columns, *measured])
    for number, values in zip(numbers, points.itertuples(index=False), strict=True):
        writer.writerow([number, *map(cell, values), *[""] * len(measured)])
    path.write_text(text.getvalue(), encoding="utf-8")


def cell(value: Any) -> str:
    """Return a value as a cell has it; empty where a parameter is not active."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    plain = value.item() if hasattr(value, "item") else value
    return repr(plain) if isinstance(plain, float) else json.dumps(plain)


def read_sheet(path: Path, space: DesignSpace, measured: Sequence[str]) -> list[Row]:
    """Return the rows of a file in which something was measured; rows without are left for later.

    Args:
        path: A CSV file, with commas, semicolons or tabs.
        space: Whose points the rows are.
        measured: Names of the columns of values.

    Raises:
        DataError: With the line and column of what cannot be read.
    """
    lines = _lines(path)
    if not lines:
        raise DataError(f"{path}: the file is empty; expected a row of names and one per point.")
    names = [name.strip() for name in lines[0][1]]
    _check_names(path, names, [*space.names, *measured])
    texts = {name: _texts(parameter) for name, parameter in space.parameters.items()}
    rows = []
    for line, cells in lines[1:]:
        row = dict(zip(names, [*(one.strip() for one in cells), *[""] * len(names)], strict=False))
        if any(row[name] for name in measured):
            rows.append(_row(f"{path}, line {line}", line, row, texts, measured))
    return rows


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Return the lines with their numbers, less those without a text."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}); give a CSV file in UTF-8.") from error
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=header.count))
    return [(reader.line_num, row) for row in reader if any(one.strip() for one in row)]


def _check_names(path: Path, names: Sequence[str], expected: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"{path}: the column '{name}' appears twice; keep one of them.")
        if name not in (*expected, NUMBER):
            raise DataError(f"{path}: unknown column '{name}'; drop it.{did_you_mean(name, expected)}")
    for name in expected:
        if name not in names:
            raise DataError(f"{path}: the column '{name}' is missing; add it.")


def _texts(parameter: Parameter) -> Mapping[str, Any] | None:
    """Return the values of a parameter by what their cells say; None for numbers."""
    count = parameter.cardinality
    if count is None or count > _LISTED:
        return None
    return {cell(value): value for value in parameter.decode(parameter.every()).tolist()}


def _row(
    where: str,
    line: int,
    row: Mapping[str, str],
    texts: Mapping[str, Mapping[str, Any] | None],
    measured: Sequence[str],
) -> Row:
    number = row.get(NUMBER, "")
    if number and not number.isdecimal():
        raise DataError(f"{where}: {number!r} is no number of a point; restore or clear it.")
    point = {name: _value(f"{where}, column '{name}'", row[name], known) for name, known in texts.items()}
    values = [_measured(f"{where}, column '{name}'", row[name]) for name in measured]
    return Row(line, int(number) if number else None, point, values)


def _value(where: str, text: str, known: Mapping[str, Any] | None) -> Any:
    """Return a value of a parameter; whether it is one of them is for the design space to say."""
    if text == "":
        return None
    if known is not None:
        # Spreadsheets write booleans in capital letters.
        alike = [one for one in known if one.lower() == text.lower()]
        alike = [text] if text in known else alike
        if len(alike) == 1:
            return known[alike[0]]
    try:
        return json.loads(text)
    except ValueError:
        if known is None:
            raise DataError(f"{where}: {text!r} is not a number; write 1.5, with a point.") from None
        return text


def _measured(where: str, text: str) -> float:
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
