"""Spreadsheets of points: a row for each, with columns for what is measured, as CSV.

Cells are those of `hebo.design_space.cells`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hebo.design_space.cells import CellReader, cell, read_lines, read_measured
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, did_you_mean

NUMBER = "point"
"""Column with the number of a point that was asked for; empty for others."""


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


def write_sheet(
    path: Path,
    points: pd.DataFrame,
    numbers: Sequence[int],
    measured: Sequence[str],
    *,
    labels: pd.DataFrame | None = None,
) -> None:
    """Write points with empty columns for what is to be measured.

    Args:
        path: The file.
        points: A row for each, a column per parameter.
        numbers: Of the points.
        measured: Names of the empty columns.
        labels: Further columns, which stand before the parameters: what people know the points by.
    """
    table = points if labels is None else pd.concat([labels.set_index(points.index), points], axis=1)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([NUMBER, *table.columns, *measured])
    for number, values in zip(numbers, table.itertuples(index=False), strict=True):
        writer.writerow([number, *map(cell, values), *[""] * len(measured)])
    path.write_text(text.getvalue(), encoding="utf-8")


def read_sheet(
    path: Path, space: DesignSpace, measured: Sequence[str], *, labels: Sequence[str] = ()
) -> list[Row]:
    """Return the rows of a file in which something was measured; rows without are left for later.

    Args:
        path: A CSV file, with commas, semicolons or tabs.
        space: Whose points the rows are.
        measured: Names of the columns of values.
        labels: Names of columns that may be there and are not read.

    Raises:
        DataError: With the line and column of what cannot be read.
    """
    lines = list(read_lines(path))
    if not lines:
        raise DataError(f"{path}: the file is empty; expected a row of names and one per point.")
    names = [name.strip() for name in lines[0][1]]
    _check_names(path, names, [*space.names, *measured], labels)
    readers = {name: CellReader(parameter) for name, parameter in space.parameters.items()}
    rows = []
    for line, cells in lines[1:]:
        row = dict(zip(names, [*(one.strip() for one in cells), *[""] * len(names)], strict=False))
        if any(row[name] for name in measured):
            rows.append(_row(f"{path}, line {line}", line, row, readers, measured))
    return rows


def _check_names(path: Path, names: Sequence[str], expected: Sequence[str], labels: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"{path}: the column '{name}' appears twice; keep one of them.")
        if name not in (*expected, *labels, NUMBER):
            raise DataError(f"{path}: unknown column '{name}'; drop it.{did_you_mean(name, expected)}")
    for name in expected:
        if name not in names:
            raise DataError(f"{path}: the column '{name}' is missing; add it.")


def _row(
    where: str,
    line: int,
    row: Mapping[str, str],
    readers: Mapping[str, CellReader],
    measured: Sequence[str],
) -> Row:
    number = row.get(NUMBER, "")
    if number and not number.isdecimal():
        raise DataError(f"{where}: {number!r} is no number of a point; restore or clear it.")
    point = {name: one.read(f"{where}, column '{name}'", row[name]) for name, one in readers.items()}
    values = [read_measured(f"{where}, column '{name}'", row[name]) for name in measured]
    return Row(line, int(number) if number else None, point, values)
