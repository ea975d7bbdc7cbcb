"""Spreadsheets of pairs: two rows for each, and a column for which one is better."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.spreadsheets.csv_text import RawTable
from hebo.design_space.spreadsheets.table_file import read_table_file
from hebo.errors import DataError
from hebo.experiment.campaign.cells import Row, SheetCells
from hebo.experiment.campaign.sheet import check_columns, read_count, with_columns, write_rows

PAIR, OPTION, BETTER = "pair", "option", "better"
"""Columns beside those of the parameters: the number of a pair, which of the two a row is, and the answer."""

OPTIONS = ("A", "B")
_MARK = "X"


@dataclass(frozen=True)
class AnsweredPair:
    """A pair of which somebody has said which option is better.

    Attributes:
        number: Of the pair.
        better: Place of the better option, 0 for A or 1 for B.
        rows: Of A and of B.
    """

    number: int
    better: int
    rows: tuple[Row, Row]


@dataclass(frozen=True)
class PairSheet:
    """The pairs of a file.

    Attributes:
        path: The file.
        answered: Those with an answer.
        aside: Columns that are nobody's.
        blank: The numbers of the others.
    """

    path: Path
    answered: list[AnsweredPair]
    aside: list[str]
    blank: list[int]


def point_numbers(pair: int) -> tuple[int, int]:
    """Return the numbers that the two points of a pair have among all that were asked for."""
    return 2 * pair - 1, 2 * pair


def write_pairs(
    path: Path, points: pd.DataFrame, *, cells: SheetCells, labels: pd.DataFrame, workbook: bool
) -> None:
    """Write pairs with an empty column for the answers.

    Args:
        path: The file.
        points: Two rows for each pair, A before B; its index has the numbers of points.
        cells: Of the space.
        labels: Further columns, which stand before the parameters.
        workbook: Whether it shall be one, and not CSV.
    """
    known = labels.astype(object).to_numpy().tolist()
    body: list[list[Any]] = [
        [(number + 1) // 2, OPTIONS[(number + 1) % 2], *label, *values, None]
        for number, label, values in zip(points.index.tolist(), known, cells.write(points), strict=True)
    ]
    head = [PAIR, OPTION, *labels.columns, *points.columns, BETTER]
    write_rows(path, [head, *body], workbook=workbook)


def read_pairs(
    path: Path, space: DesignSpace, *, labels: Sequence[str] = (), optional: Collection[str] = ()
) -> PairSheet:
    """Return the pairs of a file; those without an answer are left for later.

    The answer is A or B in one of the two rows, or an x in the row of the better one.

    Args:
        path: A CSV file, with commas, semicolons or tabs, or a workbook.
        space: Whose points the rows are.
        labels: Names of columns that may be there and are not read.
        optional: Parameters whose columns may be missing.

    Raises:
        ConfigError: If it is a workbook and openpyxl is not installed.
        DataError: With the line and column of what cannot be read.
    """
    parameters = {name.strip(): name for name in space.names}
    expected = [PAIR, OPTION, *parameters, BETTER]
    table = read_table_file(path, wanted=expected)
    parameters = with_columns(table, parameters, optional)
    expected = [PAIR, OPTION, *parameters, BETTER]
    aside = check_columns(table, expected, [str(one).strip() for one in labels])
    if not table.rows:
        raise DataError(f"{path} has a row of names and no pairs; fill in the sheet that `hebo ask` wrote.")
    pairs: dict[int, dict[int, tuple[Row, str]]] = {}
    for line, cells in zip(table.lines, table.rows, strict=True):
        _add(pairs, table, line, dict(zip(table.names, cells, strict=True)), parameters)
    answers = {number: _answer(path, number, options) for number, options in pairs.items()}
    answered = [
        AnsweredPair(number, better, (pairs[number][0][0], pairs[number][1][0]))
        for number, better in answers.items()
        if better is not None
    ]
    return PairSheet(path, answered, aside, [number for number, one in answers.items() if one is None])


def _add(
    pairs: dict[int, dict[int, tuple[Row, str]]],
    table: RawTable,
    line: int,
    row: Mapping[str, str],
    parameters: Mapping[str, str],
) -> None:
    """Put a row to the others of its pair, with what its column of answers says."""
    where = f"{table.path}, line {line}"
    number = read_count(where, PAIR, row[PAIR], comma=table.decimal_comma)
    if not number:
        raise DataError(
            f"{where}, column '{PAIR}': there is no number; only pairs that were asked for count."
        )
    option = row[OPTION].strip().upper()
    if option not in OPTIONS:
        raise DataError(f"{where}, column '{OPTION}': {row[OPTION].strip()!r} is no option; restore A or B.")
    options, place = pairs.setdefault(number, {}), OPTIONS.index(option)
    if place in options:
        raise DataError(f"{where}: option {option} of pair {number} is there twice; delete one of the rows.")
    texts = {name: row[column] for column, name in parameters.items()}
    point = point_numbers(number)[place]
    options[place] = Row(where, point, texts, [], [], table.decimal_comma), row[BETTER].strip().upper()


def _answer(path: Path, number: int, options: Mapping[int, tuple[Row, str]]) -> int | None:
    """Return the place of the better option of a pair, None where there is no answer."""
    found = set()
    for place, (row, text) in options.items():
        if text and text not in (*OPTIONS, _MARK):
            raise DataError(
                f"{row.where}, column '{BETTER}': {text!r} is no answer; write A or B, or x in the row of "
                "the better one, or nothing where it is not known."
            )
        if text:
            found.add(place if text == _MARK else OPTIONS.index(text))
    if len(found) > 1:
        raise DataError(f"{path}: pair {number} has two answers; clear one of them.")
    if found and len(options) < len(OPTIONS):
        raise DataError(f"{path}: pair {number} has one row; restore the other option.")
    return found.pop() if found else None
