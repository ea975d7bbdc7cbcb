"""Rows of a sheet: which points they are of, and what of them is new, known, or different."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.experiment.campaign.cells import Row, SheetCells
from hebo.experiment.campaign.document import Told
from hebo.experiment.campaign.points import At, Point, encoded, is_same_point, point_at
from hebo.experiment.campaign.sheet import Sheet

_NEAR = 2e-3
"""Share of a range by which the digits of a sheet may differ from the point; what is nearer is looked at."""


@dataclass(frozen=True)
class Measurement:
    """A row with the point that was measured.

    Attributes:
        row: Of the sheet.
        number: Of the point, None where none was asked for.
        own: Whether the row had no number.
        asked: The point that was asked for, or that of the row.
        at: The point that was measured.
    """

    row: Row
    number: int | None
    own: bool
    asked: At
    at: At

    @property
    def is_elsewhere(self) -> bool:
        """Whether another point was measured than the one asked for."""
        return not is_same_point(self.asked, self.at)


@dataclass(frozen=True)
class History:
    """The told points of a campaign, `n` of them.

    Attributes:
        told: Where each comes from.
        at: The points.
        values: Objectives and constraints of each, as measured.
        deviations: Known standard deviations of each, in the order of their columns; NaN where unknown.
    """

    told: list[Told]
    at: list[At]
    values: list[list[float]]
    deviations: list[list[float]]

    def has(self, place: int, one: Measurement) -> bool:
        """Say whether a told point is the one that was measured, with the same values and deviations."""
        now = self.kept(place, one)
        return (
            is_same_values(self.values[place], one.row.values)
            and is_same_values(self.deviations[place], now)
            and is_same_point(self.at[place], one.at)
        )

    def kept(self, place: int, one: Measurement) -> list[float]:
        """Return the deviations of a measurement; those that its sheet does not mention stay as they were."""
        pairs = zip(self.deviations[place], one.row.deviations, strict=True)
        return [was if now is None else now for was, now in pairs]


@dataclass(frozen=True)
class Sorted:
    """The measurements of a sheet.

    Attributes:
        fresh: Those to be told.
        changed: Those that differ from what was told, with the place of that.
        n_known: How many were told before.
        n_gone: Rows without a number that were told from this sheet and are no longer in it, while others
            are.
    """

    fresh: list[Measurement]
    changed: list[tuple[int, Measurement]]
    n_known: int
    n_gone: int


def is_same_values(values: list[float], others: list[float]) -> bool:
    """Say whether measured values are the same; failures are."""
    return all(
        math.isclose(one, other, rel_tol=1e-12) or (one != one and other != other)
        for one, other in zip(values, others, strict=True)
    )


class RowReader:
    """Finds the points of rows.

    Args:
        space: Where.
        cells: How its points stand in sheets.
        asked: Number -> point.
        told: Numbers, None of those not asked for, and points that were told. A row that still says one
            outside the space is of that one.
    """

    def __init__(
        self,
        space: DesignSpace,
        cells: SheetCells,
        asked: Mapping[int, At],
        told: Sequence[tuple[int | None, At]] = (),
    ) -> None:
        self._space, self._cells, self._asked = space, cells, asked
        self._inside = [number for number, at in asked.items() if at.x is not None]
        self._x = encoded(space, [asked[number] for number in self._inside])
        self._outside = [one for one in (*asked.items(), *told) if one[1].x is None]
        low, high = space.bounds
        self._width = (high - low).clamp_min(1e-12)

    def read(self, sheet: Sheet) -> list[Measurement]:
        """Return what was measured.

        Raises:
            DataError: If a row is unusable; names its line.
        """
        found = [
            self._own(row) if row.number is None else self._numbered(row, row.number) for row in sheet.rows
        ]
        numbers = [one.number for one in found if one.number is not None]
        for number in numbers:
            if numbers.count(number) > 1:
                raise DataError(
                    f"{sheet.path}: the point {number} is there twice; clear the number of a repetition."
                )
        return found

    def _numbered(self, row: Row, number: int) -> Measurement:
        if number not in self._asked:
            raise DataError(f"{row.where}: point {number} was never asked for; clear the number.")
        found = self.measured(row, number)
        if not found.is_elsewhere or found.at.x is None:
            return found
        other = self._standing(row, found.at.x)
        if other is not None:
            raise DataError(
                f"{row.where}: the values are those of point {other}, not of point {number}; "
                "restore the numbers, or clear this one if that point was measured once more."
            )
        return found

    def measured(self, row: Row, number: int) -> Measurement:
        """Return what a row says of a point that was asked for.

        Raises:
            DataError: If a cell cannot be read; names its line.
        """
        asked = self._asked[number]
        at = self._known_outside(row, number) or self._at(row, self._cells.read(row, asked.values))
        return Measurement(row, number, False, asked, asked if is_same_point(at, asked) else at)

    def _own(self, row: Row) -> Measurement:
        """Return the point of a row without a number; in full where one that was asked for stands there."""
        at = self._known_outside(row) or self._at(row, self._cells.read(row))
        number = None if at.x is None else self._standing(row, at.x)
        at = at if number is None else self._asked[number]
        return Measurement(row, None, True, at, at)

    def _standing(self, row: Row, x: Tensor) -> int | None:
        """Return the number of the point asked for whose cells a row has, with the point that they say."""
        near = ((self._x - x).abs() <= _NEAR * self._width).all(1).nonzero()[:, 0].tolist()
        numbers = [self._inside[place] for place in near]
        return next((one for one in numbers if self._cells.is_written(row, self._asked[one].values)), None)

    def _known_outside(self, row: Row, number: int | None = None) -> At | None:
        """Return the known point outside the space, of a number if that is given, that a row still says."""
        known = (at for of, at in self._outside if number in (None, of))
        return next((at for at in known if self._cells.is_written(row, at.values)), None)

    def _at(self, row: Row, values: Point) -> At:
        try:
            return point_at(self._space, values)
        except DataError as error:
            raise DataError(f"{row.where}: {_without_row(str(error))}") from error


def sort(found: list[Measurement], told: History, waiting: Mapping[int, At], sheet: str) -> Sorted:
    """Say what of the measurements of a sheet is new.

    A numbered row counts once. A row without a number is known if an equal one was told without a number; of
    equal rows in a sheet so many are new as there are more than that. Where the point of one was told from a
    sheet of the same name with other values, and that row is gone, it was corrected. A point that waits for
    its values and is measured without its number has them then.

    Args:
        found: The measurements.
        told: What was told before.
        waiting: Number -> point of those that wait.
        sheet: Name of the file.
    """
    places = {one.point: place for place, one in enumerate(told.told) if one.point is not None}
    own = [place for place, one in enumerate(told.told) if one.own]
    fresh: list[Measurement] = []
    changed: list[tuple[int, Measurement]] = []
    unknown: list[Measurement] = []
    for one in found:
        if one.own:
            equal = next((place for place in own if told.has(place, one)), None)
            if equal is None:
                unknown.append(one)
            else:
                own.remove(equal)
        elif one.number not in places:
            fresh.append(one)
        elif not told.has(places[one.number], one):
            changed.append((places[one.number], one))
    gone = [place for place in own if told.told[place].sheet == sheet]
    taken = {one.number for one in fresh}
    free = {number: at for number, at in waiting.items() if number not in taken}
    for one in unknown:
        before = next((place for place in gone if is_same_point(told.at[place], one.at)), None)
        if before is None:
            fresh.append(_numbered(one, free))
        else:
            gone.remove(before)
            changed.append((before, one))
    n_known = len(found) - len(fresh) - len(changed)
    n_own_known = sum(one.own for one in found) - len(unknown)
    return Sorted(fresh, changed, n_known, len(gone) if n_own_known else 0)


def _numbered(one: Measurement, free: dict[int, At]) -> Measurement:
    """Give a measurement the number of its point if that still waits; it is then no longer free."""
    number = next((number for number, at in free.items() if is_same_point(at, one.at)), None)
    if number is None:
        return one
    del free[number]
    return replace(one, number=number)


def _without_row(message: str) -> str:
    """Return the error of a frame of one row without the number of that row."""
    return message.removeprefix("Row 0, ")
