"""Campaign log: ask, tell and forget by hand, with all that is known kept in a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from torch import Tensor

from hebo.errors import DataError
from hebo.experiment.campaign.points import At, table_of
from hebo.experiment.campaign.sheet import read_sheet, write_sheet
from hebo.experiment.campaign.telling import Counts, Telling


@dataclass(frozen=True)
class Words:
    """What messages speak of.

    Attributes:
        unit: What is asked for.
        rows: What a sheet has of it.
        told: What people fill in.
    """

    unit: str
    rows: str
    told: str


class Log(Telling):
    """A campaign with all that was asked and told; see `CampaignState` for the arguments.

    Attributes:
        words: How messages call what is asked for, what a sheet has of it, and what is told.
    """

    words = Words("point", "rows", "values")

    def ask(
        self, n: int, context: Mapping[str, Any] | None = None, fixed: Mapping[str, Any] | None = None
    ) -> pd.DataFrame:
        """Return `n` points, with their numbers as index.

        Args:
            n: How many.
            context: A natural value for each context parameter.
            fixed: Natural values that all points shall have.
        """
        context, fixed = dict(context or {}), dict(fixed or {})
        points = self.optimizer.ask(n, fixed={**context, **fixed})
        first = len(self._document.asked) + 1
        self._document.asked += self._space.encode(points).tolist()
        given = {"context": self._shown(context), "fixed": self._shown(fixed)}
        shown = {key: values for key, values in given.items() if values}
        self._document.happened("ask", points=list(range(first, first + n)), **shown)
        return points.set_index(pd.RangeIndex(first, first + n))

    def waiting(self) -> pd.DataFrame:
        """Return the points that were neither told nor given up, with their numbers as index."""
        numbers = self._document.numbers_waiting
        return table_of(self._space, self._points(numbers), numbers)

    def count(self, points: pd.DataFrame) -> int:
        """Return how many units there are among points."""
        return len(points)

    def write_sheet(self, path: Path, points: pd.DataFrame, *, workbook: bool) -> None:
        """Write points that were asked for, as `ask` and `waiting` return them, into a file to fill in."""
        write_sheet(
            path,
            points,
            points.index.tolist(),
            self.campaign.columns,
            cells=self.cells,
            labels=self.cells.labels(points),
            workbook=workbook,
        )

    def tell_sheet(self, path: Path, *, replace: bool) -> Counts:
        """Record what a file says, all or nothing; see `tell`.

        Raises:
            DataError: If it cannot be read; with line and column.
        """
        names = self.cells.label_names
        noise, optional = self.campaign.noise_of, self.cells.optional
        sheet = read_sheet(
            path, self._space, self.campaign.measured, noise=noise, labels=names, optional=optional
        )
        self._note_aside(path, sheet.aside)
        return self.tell(sheet, replace=replace)

    def number_of(self, x: Tensor) -> int | None:
        """Return the number of an encoded point (`d`) that was asked for and told; None if it has none."""
        return self._number_told_at(At({}, x))

    def forget(self, numbers: Sequence[int]) -> None:
        """Give up points that were asked for; they may be told all the same later.

        Raises:
            DataError: If a number was never asked for, or its point was told or given up already.
        """
        for number in numbers:
            if number not in self._document.points:
                raise DataError(f"point {number} was never asked for; {self._waiting_text()}.")
            if number in self._document.numbers_told:
                raise DataError(
                    f"point {number} has been told; `hebo tell --replace` corrects it. "
                    f"{self._waiting_text()}."
                )
            if number in self._document.forgotten:
                raise DataError(f"point {number} was given up before; {self._waiting_text()}.")
        chosen = list(dict.fromkeys(numbers))
        self._give_up(self._points(chosen))
        self._document.forgotten += chosen
        self._document.happened("forget", points=chosen)

    def _shown(self, values: Mapping[str, Any]) -> dict[str, str]:
        return {name: self.cells.show(name, one) for name, one in values.items()}

    def _waiting_text(self) -> str:
        numbers = ", ".join(map(str, self._document.numbers_waiting))
        return f"points that wait: {numbers}" if numbers else "none waits"
