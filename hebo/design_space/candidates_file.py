"""Reading a table of candidates from a CSV file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hebo.design_space.cells import CellReader, read_lines
from hebo.design_space.design_space import Definition, DesignSpace
from hebo.design_space.inference import Draft, complete
from hebo.design_space.table_space import TableSpace
from hebo.errors import DataError, did_you_mean

LINE = "line"
"""Name of the index of a table that was read: where its rows stand in the file."""


def read_texts(path: Path) -> pd.DataFrame:
    """Return the cells of a CSV file as texts without spaces around them.

    Args:
        path: In UTF-8, with commas, semicolons or tabs; the first line names the columns. Empty lines do not
            count.

    Returns:
        A row per line, with the numbers of the lines as index.

    Raises:
        DataError: If it cannot be read, has no rows, or the first line or a row is not as it should be.
    """
    lines = read_lines(path)
    header = next(lines, None)
    if header is None:
        raise DataError(f"{path}: the file is empty; expected a row of names and one per candidate.")
    names = [name.strip() for name in header[1]]
    _check_names(path, names)
    numbers: list[int] = []
    columns: list[list[str]] = [[] for _ in names]
    for number, cells in lines:
        if any(cell.strip() for cell in cells[len(names) :]):
            raise DataError(
                f"{path}, line {number}: {len(cells)} cells under {len(names)} names; put texts with the "
                "separator in them in quotes."
            )
        numbers.append(number)
        for place, column in enumerate(columns):
            column.append(cells[place].strip() if place < len(cells) else "")
    if not numbers:
        raise DataError(f"{path} has a row of names and no candidates; add some.")
    series = {name: pd.Series(column, dtype=object) for name, column in zip(names, columns, strict=True)}
    return pd.DataFrame(series).set_index(pd.Index(numbers, name=LINE))


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
        drafts: The columns that are parameters, as `hebo.design_space.inference.complete` takes them; the
            others are labels.
        constraints: Input constraints, as `DesignSpace.parse` takes them.
        repeats: See `TableSpace`.

    Raises:
        DataError: With the line and column of what cannot be read, is missing, unknown or there twice.
        SpaceError: If the parameters cannot be declared, or no candidate keeps the constraints.
    """
    texts = read_texts(path)
    space = declared_space(path, texts, drafts, constraints=constraints)
    return table_space(path, texts, space, repeats=repeats)


def declared_space(
    path: Path, texts: pd.DataFrame, drafts: Sequence[Draft], *, constraints: Sequence[Definition] = ()
) -> DesignSpace:
    """Return the space of the parameters of a table whose cells have been read as texts.

    Args:
        path: For messages.
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
        raise DataError(f"{path}: {error}") from error
    return DesignSpace().parse(definitions, constraints=constraints)


def table_space(path: Path, texts: pd.DataFrame, space: DesignSpace, *, repeats: bool = False) -> TableSpace:
    """Return the space of candidates whose cells have been read as texts.

    Args:
        path: For messages.
        texts: From `read_texts`.
        space: The parameters.
        repeats: See `TableSpace`.

    Raises:
        DataError: See `read_candidates`.
        SpaceError: If no candidate keeps the constraints.
    """
    columns = {
        str(name): _values(path, texts[name], space) if name in space.parameters else texts[name]
        for name in texts.columns
    }
    for name in space.names:
        if name not in columns:
            known = did_you_mean(name, columns)
            raise DataError(f"{path}: the column '{name}' is missing; add it.{known}")
    try:
        return TableSpace(space, pd.DataFrame(columns), repeats=repeats)
    except DataError as error:
        raise DataError(_with_line(path, texts.index, str(error))) from error


def _check_names(path: Path, names: Sequence[str]) -> None:
    for place, name in enumerate(names, 1):
        if not name:
            raise DataError(f"{path}: column {place} has no name; give it one in the first line.")
        if names.count(name) > 1:
            raise DataError(f"{path}: the column '{name}' appears twice; keep one of them.")


def _values(path: Path, texts: pd.Series[Any], space: DesignSpace) -> pd.Series[Any]:
    """Return the values of a parameter; an empty cell can only mean that it is not active."""
    name = str(texts.name)
    reader = CellReader(space.parameters[name])
    may_be_empty = name in space.conditions.codes
    values = []
    for line, text in texts.items():
        where = f"{path}, line {line}, column '{name}'"
        if not text and not may_be_empty:
            raise DataError(f"{where}: the cell is empty; fill it in, or drop the line.")
        values.append(reader.read(where, text))
    return pd.Series(values, index=texts.index, dtype=object)


def _plain_values(texts: pd.DataFrame, drafts: Sequence[Draft]) -> pd.DataFrame:
    """Return the table with parameters as values: numbers or truth values if all cells are, or texts.

    An empty cell is None.
    """
    columns = {str(name): texts[name] for name in texts.columns}
    for draft in drafts:
        name, kind = (draft.get("name"), draft.get("type")) if isinstance(draft, Mapping) else (draft, None)
        if isinstance(name, str) and name in texts.columns:
            is_text = kind == "sequence"
            values = _guessed(texts[name].tolist(), is_text=is_text)
            columns[name] = pd.Series(values, index=texts.index, dtype=object)
    return pd.DataFrame(columns)


def _guessed(texts: list[str], *, is_text: bool) -> list[Any]:
    present = [text for text in texts if text]
    values: dict[str, Any] = {text: text for text in present}
    if not is_text:
        for read in (_boolean, _number):
            found = {text: read(text) for text in values}
            if None not in found.values():
                values = found
                break
    return [values.get(text) for text in texts]


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _number(text: str) -> float | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _with_line(path: Path, lines: pd.Index, message: str) -> str:
    """Return the message of a frame's error with the line of the file instead of the row of the frame."""
    row = re.match(r"Row (\d+), ", message)  # so begins what `Parameter.bad_value` says
    if row is None:
        return f"{path}: {message}"
    return f"{path}, line {lines[int(row[1])]}, {message[row.end() :]}"
