"""Spreadsheets of points: a row for each, with columns for what is measured, as CSV or as a workbook.

Cells are those of `hebo.design_space.spreadsheets.cells`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.spreadsheets.cells import cell, read_deviation, read_measured, read_number
from hebo.design_space.spreadsheets.csv_text import RawTable
from hebo.design_space.spreadsheets.table_file import read_table_file
from hebo.design_space.spreadsheets.workbook import check_workbooks, is_workbook, write_workbook
from hebo.errors import DataError, did_you_mean
from hebo.experiment.campaign.cells import Row, SheetCells

NUMBER = "point"
"""Column with the number of a point that was asked for; empty for others."""


@dataclass(frozen=True)
class Sheet:
    """The measured rows of a file.

    Attributes:
        path: The file.
        rows: Those in which something was measured.
        aside: Columns that are nobody's.
        blank: The numbers of the rows without values, as far as they have one.
    """

    path: Path
    rows: list[Row]
    aside: list[str]
    blank: list[int | None]


def check_format(path: Path) -> None:
    """Refuse the name of a sheet that could not be written.

    Raises:
        ConfigError: If openpyxl is needed and not installed.
        DataError: If the format is not supported.
    """
    if is_workbook(path):
        check_workbooks(path)


def write_sheet(
    path: Path,
    points: pd.DataFrame,
    numbers: Sequence[int],
    measured: Sequence[str],
    *,
    cells: SheetCells,
    labels: pd.DataFrame | None = None,
    workbook: bool = False,
) -> None:
    """Write points with empty columns for what is to be measured.

    Args:
        path: The file.
        points: A row for each, a column per parameter.
        numbers: Of the points.
        measured: Names of the empty columns.
        cells: Of the space.
        labels: Further columns, which stand before the parameters: what people know the points by.
        workbook: Whether it shall be one, and not CSV.
    """
    names = [] if labels is None else labels.columns.tolist()
    known = [[] for _ in numbers] if labels is None else labels.astype(object).to_numpy().tolist()
    head = [NUMBER, *names, *points.columns, *measured]
    body = [
        [number, *label, *values, *[None] * len(measured)]
        for number, label, values in zip(numbers, known, cells.write(points), strict=True)
    ]
    write_rows(path, [head, *body], workbook=workbook)


def write_rows(path: Path, rows: Sequence[Sequence[Any]], *, workbook: bool) -> None:
    """Write rows of cells, the names of columns first, as CSV or as a workbook."""
    if workbook:
        write_workbook(path, rows)
    else:
        path.write_text("".join(map(_csv_line, rows)), encoding="utf-8", newline="")


def _csv_line(row: Iterable[Any]) -> str:
    return ",".join(map(_csv_cell, row)) + "\n"


def _csv_cell(value: Any) -> str:
    """Return a cell in quotes where any reader might take it apart or strip it."""
    text = cell(value)
    if text != text.strip() or any(one in text for one in ',;\t"\n\r'):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text


def read_sheet(
    path: Path,
    space: DesignSpace,
    measured: Sequence[str],
    *,
    noise: Mapping[str, str] | None = None,
    labels: Sequence[str] = (),
    optional: Collection[str] = (),
) -> Sheet:
    """Return the rows of a file in which something was measured; rows without are left for later.

    Args:
        path: A CSV file, with commas, semicolons or tabs, or a workbook.
        space: Whose points the rows are.
        measured: Names of the columns of values.
        noise: Column of standard deviations -> the measured one that they belong to; they may be missing.
        labels: Names of columns that may be there and are not read.
        optional: Parameters whose columns may be missing.

    Raises:
        ConfigError: If it is a workbook and openpyxl is not installed.
        DataError: With the line and column of what cannot be read.
    """
    parameters = {name.strip(): name for name in space.names}
    expected, noise = [*parameters, *measured], dict(noise or {})
    table = read_table_file(path, wanted=[NUMBER, *expected, *noise])
    parameters = with_columns(table, parameters, optional)
    others = [NUMBER, *noise, *(str(one).strip() for one in labels)]
    aside = check_columns(table, [*parameters, *measured], others)
    if not table.rows:
        raise DataError(f"{path} has a row of names and no points; fill in the sheet that `hebo ask` wrote.")
    rows: list[Row] = []
    blank: list[int | None] = []
    for line, cells in zip(table.lines, table.rows, strict=True):
        row = dict(zip(table.names, cells, strict=True))
        if any(row.get(name, "").strip() for name in (*measured, *noise)):
            rows.append(_row(table, line, row, parameters, measured, noise))
        else:
            blank.append(
                read_count(f"{path}, line {line}", NUMBER, row.get(NUMBER, ""), comma=table.decimal_comma)
            )
    return Sheet(path, rows, aside, blank)


def with_columns(table: RawTable, parameters: Mapping[str, str], optional: Collection[str]) -> dict[str, str]:
    """Return column -> parameter without the optional ones of which a table has no column."""
    return {key: name for key, name in parameters.items() if name not in optional or key in table.names}


def check_columns(table: RawTable, expected: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return the columns that are nobody's; refuse a table that lacks one, or has one twice."""
    named = [name for name in table.names if name]
    aside = [
        name or f"column {place} (no name)"
        for place, name in enumerate(table.names, 1)
        if name not in (*expected, *others)
    ]
    for name in named:
        if named.count(name) > 1:
            raise DataError(f"{table.path}, line 1: the column '{name}' appears twice; keep one of them.")
    for name in expected:
        if name not in named:
            like = did_you_mean(name, aside)
            hint = like if like.startswith(" Did") else ""
            raise DataError(f"{table.path}, line 1: the column '{name}' is missing; add it.{hint}")
    return aside


def _row(
    table: RawTable,
    line: int,
    row: Mapping[str, str],
    parameters: Mapping[str, str],
    measured: Sequence[str],
    noise: Mapping[str, str],
) -> Row:
    where, comma = f"{table.path}, line {line}", table.decimal_comma
    values = {
        name: read_measured(f"{where}, column '{name}'", row[name], decimal_comma=comma) for name in measured
    }
    deviations = [
        _deviation(f"{where}, column '{column}'", row.get(column), values[name], comma=comma)
        for column, name in noise.items()
    ]
    cells = {name: row[column] for column, name in parameters.items()}
    number = read_count(where, NUMBER, row.get(NUMBER, ""), comma=comma)
    return Row(where, number, cells, list(values.values()), deviations, comma)


def _deviation(where: str, text: str | None, value: float, *, comma: bool) -> float | None:
    """Return the standard deviation of a value; unknown where that failed, None where there is no column."""
    if text is None:
        return None
    found = read_deviation(where, text, decimal_comma=comma)
    return math.nan if math.isnan(value) else found


def read_count(where: str, column: str, text: str, *, comma: bool) -> int | None:
    """Return the number of a point or a pair, which programs may have turned into `1.0`; None of no text.

    Raises:
        DataError: If it is no such number.
    """
    if not text.strip():
        return None
    number = read_number(text, decimal_comma=comma)
    if number is None or number < 0 or number != int(number):
        raise DataError(
            f"{where}, column '{column}': {text.strip()!r} is no number of a {column}; restore or clear it."
        )
    return int(number)
