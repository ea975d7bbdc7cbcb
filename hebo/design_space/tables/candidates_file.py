"""Candidate files: the reading of a table of candidates."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from hebo.design_space.design_space import Definition, DesignSpace
from hebo.design_space.spreadsheets.cells import Cells, read_number
from hebo.design_space.spreadsheets.table_file import read_table_file
from hebo.design_space.tables.inference import Draft, complete
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import DataError, SpaceError, did_you_mean

LINE = "line"
"""Name of the index of a table that was read: where its rows stand in the file."""


@dataclass(frozen=True)
class TextTable:
    """A file whose cells have been read as texts.

    Attributes:
        path: The file.
        cells: A row per line, with the numbers of the lines as index.
        decimal_comma: Whether `0,5` is a number.
    """

    path: Path
    cells: pd.DataFrame
    decimal_comma: bool = False

    def where(self, line: object, name: str) -> str:
        """Return the place of a cell for messages."""
        return f"{self.path}, line {line}, column '{name}'"

    def with_cells(self, cells: pd.DataFrame) -> TextTable:
        """Return the same file with other cells."""
        return replace(self, cells=cells)

    def need(self, name: str) -> None:
        """Refuse the table if it lacks a column.

        Raises:
            DataError: With the nearest name that there is.
        """
        if name not in self.cells.columns:
            known = did_you_mean(name, self.cells.columns)
            raise DataError(f"{self.path}: the column '{name}' is missing; add it.{known}")


def read_texts(path: Path, *, wanted: Collection[str] = ()) -> TextTable:
    """Return the cells of a file as texts without spaces around them.

    Args:
        path: CSV in UTF-8, with commas, semicolons or tabs, or a workbook; the first line names the columns.
            Empty lines do not count.
        wanted: Names of columns that are looked for, by which the separator is found.

    Raises:
        ConfigError: If it is a workbook and openpyxl is not installed.
        DataError: If it cannot be read, has no rows, or the first line or a row is not as it should be.
    """
    table = read_table_file(path, wanted=wanted)
    _check_names(path, table.names)
    if not table.rows:
        raise DataError(f"{path} has a row of names and no candidates; add some.")
    columns = zip(*table.rows, strict=True)
    series = {
        name: pd.Series([one.strip() for one in column], dtype=object)
        for name, column in zip(table.names, columns, strict=True)
    }
    cells = pd.DataFrame(series).set_index(pd.Index(table.lines, name=LINE))
    return TextTable(path, cells, table.decimal_comma)


def read_candidates(
    path: Path,
    drafts: Sequence[Draft],
    *,
    constraints: Sequence[Definition] = (),
    repeats: bool = False,
) -> TableSpace:
    """Return the space of the candidates in a CSV file.

    Args:
        path: See `read_texts`.
        drafts: The columns that are parameters, as `complete` of `hebo.design_space.tables.inference` takes
            them; the others are labels.
        constraints: Input constraints, as `DesignSpace.parse` takes them.
        repeats: See `TableSpace`.

    Raises:
        DataError: With the line and column of what cannot be read, is missing, unknown or there twice.
        SpaceError: If the parameters cannot be declared, or no candidate keeps the constraints.
    """
    texts = read_texts(path, wanted=names_of(drafts))
    space = declared_space(texts, drafts, constraints=constraints)
    return table_space(texts, space, repeats=repeats)


def names_of(drafts: Sequence[Draft]) -> list[str]:
    """Return the columns that drafts name, in order; one without a name is left to `complete`."""
    names = [one.get("name") if isinstance(one, Mapping) else one for one in drafts]
    return [name for name in names if isinstance(name, str)]


def declared_space(
    texts: TextTable, drafts: Sequence[Draft], *, constraints: Sequence[Definition] = ()
) -> DesignSpace:
    """Return the space of the parameters of a table whose cells have been read as texts.

    Args:
        texts: From `read_texts`.
        drafts: See `read_candidates`.
        constraints: See `read_candidates`.

    Raises:
        DataError: If a column is missing or empty.
        SpaceError: If a parameter cannot be declared.
    """
    try:
        definitions = complete(drafts, _plain_values(texts, drafts))
    except DataError as error:
        raise DataError(f"{texts.path}: {error}") from error
    except SpaceError as error:
        raise SpaceError(f"{texts.path}: {error}") from error
    return DesignSpace().parse(definitions, constraints=constraints)


def table_space(texts: TextTable, space: DesignSpace, *, repeats: bool = False) -> TableSpace:
    """Return the space of candidates whose cells have been read as texts.

    Args:
        texts: From `read_texts`.
        space: The parameters.
        repeats: See `TableSpace`.

    Raises:
        DataError: See `read_candidates`.
        SpaceError: If no candidate keeps the constraints.
    """
    for name in space.names:
        texts.need(name)
    columns = {
        str(name): _values(texts, str(name), space) if name in space.parameters else texts.cells[name]
        for name in texts.cells.columns
    }
    try:
        return TableSpace(space, pd.DataFrame(columns), repeats=repeats)
    except DataError as error:
        raise DataError(_with_line(texts.path, texts.cells.index, str(error))) from error


def typed_columns(texts: TextTable, space: DesignSpace) -> pd.DataFrame:
    """Return the columns that are parameters of a space as values; others and missing ones are left out.

    Args:
        texts: From `read_texts`.
        space: The parameters.

    Raises:
        DataError: With the line and column of a cell that is no value of its parameter.
    """
    names = [str(name) for name in texts.cells.columns if name in space.parameters]
    columns = {name: _values(texts, name, space) for name in names}
    return pd.DataFrame(columns, index=texts.cells.index).reset_index(drop=True)


def _check_names(path: Path, names: Sequence[str]) -> None:
    for place, name in enumerate(names, 1):
        if not name:
            raise DataError(f"{path}: column {place} has no name; give it one in the first line.")
        if names.count(name) > 1:
            raise DataError(f"{path}: the column '{name}' appears twice; keep one of them.")


def _values(texts: TextTable, name: str, space: DesignSpace) -> pd.Series[Any]:
    """Return the values of a parameter; an empty cell can only mean that it is not active."""
    cells = Cells(space.parameters[name])
    may_be_empty = name in space.conditions.codes or cells.takes_empty
    column = texts.cells[name]
    values = []
    for line, text in column.items():
        where = texts.where(line, name)
        if not text and not may_be_empty:
            raise DataError(f"{where}: the cell is empty; fill it in, or drop the line.")
        values.append(cells.read(where, text, decimal_comma=texts.decimal_comma))
    return pd.Series(values, index=column.index, dtype=object)


def _plain_values(texts: TextTable, drafts: Sequence[Draft]) -> pd.DataFrame:
    """Return the table with parameters as values: numbers and truth values where cells look so, or texts.

    An empty cell is None.
    """
    columns = {str(name): texts.cells[name] for name in texts.cells.columns}
    for draft in drafts:
        definition = draft if isinstance(draft, Mapping) else {"name": draft}
        name = definition.get("name")
        if isinstance(name, str) and name in columns:
            values = _guessed(texts, name, definition)
            columns[name] = pd.Series(values, index=texts.cells.index, dtype=object)
    return pd.DataFrame(columns)


def _guessed(texts: TextTable, name: str, definition: Mapping[str, Any]) -> list[Any]:
    """Return the values of a column; one of which only part is numbers is left for `complete` to refuse."""
    column = texts.cells[name].tolist()
    present = list(dict.fromkeys(text for text in column if text))
    values: dict[str, Any] = {text: text for text in present}
    kind = definition.get("type")
    if kind != "sequence":
        found = {text: _guess(text, decimal_comma=texts.decimal_comma) for text in present}
        kinds = {type(one) is bool for one in found.values() if not isinstance(one, str)}
        _check_commas(texts, name, definition, found)
        is_whole = len(kinds) == 1 and not any(isinstance(one, str) for one in found.values())
        if is_whole or not (kind in ("cat", "ordinal") or "categories" in definition):
            values = found
    return [values.get(text) for text in column]


def _check_commas(
    texts: TextTable, name: str, definition: Mapping[str, Any], found: Mapping[str, Any]
) -> None:
    """Refuse a column of numbers with decimal commas, which would be texts where commas separate cells.

    Raises:
        DataError: With the first of them.
    """
    if texts.decimal_comma or definition.get("type") == "cat" or "categories" in definition:
        return
    commas = [text for text, one in found.items() if isinstance(one, str) and _is_decimal_comma(text)]
    if commas and all(not isinstance(one, str) or text in commas for text, one in found.items()):
        line = texts.cells.index[texts.cells[name].tolist().index(commas[0])]
        raise DataError(
            f"line {line}, column '{name}': {commas[0]!r} has a decimal comma; write a point, separate the "
            f"cells by semicolons, or declare the column: {{name: {name}, type: cat}} if they are categories."
        )


def _is_decimal_comma(text: str) -> bool:
    return read_number(text, decimal_comma=True) is not None


def _guess(text: str, *, decimal_comma: bool) -> bool | float | str:
    """Return the truth value or the number that a text looks like, or the text."""
    truth = {"true": True, "false": False}.get(text.lower())
    if truth is not None:
        return truth
    number = read_number(text, decimal_comma=decimal_comma)
    return text if number is None else number


def _with_line(path: Path, lines: pd.Index, message: str) -> str:
    """Return the message of a frame's error with the line of the file instead of the row of the frame."""
    row = re.match(r"Row (\d+), ", message)  # so begins what `Parameter.bad_value` says
    if row is None:
        return f"{path}: {message}"
    return f"{path}, line {lines[int(row[1])]}, {message[row.end() :]}"
