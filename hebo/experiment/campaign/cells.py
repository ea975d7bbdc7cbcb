"""Cells of a sheet: how the points of a space are written into rows, and read from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.spreadsheets.cells import Cells, cell
from hebo.errors import DataError
from hebo.experiment.campaign.points import Point


@dataclass(frozen=True)
class Row:
    """A point that has been measured.

    Attributes:
        where: The file and the line, for messages.
        number: Of the point, or None.
        cells: Parameter -> what its cell says; without those that the sheet has no column of.
        values: What was measured, in the order of the columns; NaN where it failed.
        deviations: Standard deviations of the noise, in the order of their columns; NaN where one is unknown,
            None where the sheet has no such column.
        decimal_comma: Whether `0,5` is a number.
    """

    where: str
    number: int | None
    cells: dict[str, str]
    values: list[float]
    deviations: list[float | None] = field(default_factory=list)
    decimal_comma: bool = False


class SheetCells:
    """How the points of a space stand in a sheet.

    Numbers have six significant digits: what is set in a laboratory. Those of a table of candidates have
    all, as rows may lie close together.

    Args:
        space: Whose points they are.
        defaults: Parameter -> value in rows of sheets that are older than it.

    Raises:
        SpaceError: If two values of a parameter look the same.
    """

    def __init__(self, space: DesignSpace, defaults: Mapping[str, Any] | None = None) -> None:
        is_short = not space.is_listed
        self._space, self._defaults = space, dict(defaults or {})
        self._cells = {name: Cells(one, short=is_short) for name, one in space.parameters.items()}
        self._conditional = set(space.conditions.codes)

    def write(self, points: pd.DataFrame) -> list[list[Any]]:
        """Return the cells of points, a row for each."""
        columns = [[self._cells[str(name)].write(one) for one in points[name].tolist()] for name in points]
        return [list(row) for row in zip(*columns, strict=True)]

    def show(self, name: str, value: Any) -> str:
        """Return a value of a parameter as a cell has it."""
        return cell(self._cells[name].write(value))

    def read_one(self, name: str, where: str, text: str) -> Any:
        """Return the value of a parameter that a text says, read like a cell.

        Raises:
            DataError: If it cannot be read; begins with `where`.
        """
        return self._cells[name].read(where, text)

    def read(self, row: Row, asked: Mapping[str, Any] | None = None) -> Point:
        """Return the point of a row.

        Args:
            row: A row.
            asked: The point that was asked for, whose values stand where cells are as they were written.

        Raises:
            DataError: If a cell cannot be read.
        """
        return {name: self._value(name, row, asked) for name in self._cells}

    def is_written(self, row: Row, asked: Mapping[str, Any]) -> bool:
        """Say whether all cells of a row are as they were written for a point."""
        return all(
            one.is_same(row.cells[name], asked[name], decimal_comma=row.decimal_comma)
            for name, one in self._cells.items()
            if name in row.cells
        )

    def _value(self, name: str, row: Row, asked: Mapping[str, Any] | None) -> Any:
        if name not in row.cells:
            return self._defaults[name] if asked is None else asked[name]
        text, cells = row.cells[name], self._cells[name]
        if asked is not None and cells.is_same(text, asked[name], decimal_comma=row.decimal_comma):
            return asked[name]
        try:
            return cells.read(f"{row.where}, column '{name}'", text, decimal_comma=row.decimal_comma)
        except DataError:
            if name not in self._conditional:
                raise
            return text.strip()  # nobody looks at it where the parameter is not active

    @property
    def optional(self) -> Collection[str]:
        """The parameters whose column may be missing: the sheet is older than they are."""
        return self._defaults.keys()

    @property
    def label_names(self) -> list[str]:
        """The columns of a table of candidates that are no parameters."""
        return self._space.label_names

    def labels(self, points: pd.DataFrame) -> pd.DataFrame:
        """Return the labels that a table of candidates has for points; no columns where there is no table.

        A point outside the space has none.
        """
        if not self.label_names:
            return pd.DataFrame(index=points.index)
        try:
            return self._space.labels_of(self._space.encode(points)).set_axis(points.index)
        except DataError:
            if len(points) == 1:
                return pd.DataFrame(None, index=points.index, columns=self.label_names, dtype=object)
            return pd.concat([self.labels(points.iloc[[row]]) for row in range(len(points))])
