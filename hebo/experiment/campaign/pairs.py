"""Campaigns of comparisons: pairs are asked for, and somebody says which option is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hebo.errors import DataError
from hebo.experiment.campaign.differences import few
from hebo.experiment.campaign.document import Answer
from hebo.experiment.campaign.log import Log, Words
from hebo.experiment.campaign.pair_sheet import (
    OPTIONS,
    AnsweredPair,
    PairSheet,
    point_numbers,
    read_pairs,
    write_pairs,
)
from hebo.experiment.campaign.points import At, as_stored, encoded, is_same_point, points_of
from hebo.experiment.campaign.rows import Measurement, RowReader
from hebo.experiment.campaign.telling import Counts


@dataclass(frozen=True)
class Comparison:
    """An answer with the points that were compared.

    Attributes:
        pair: As it was read.
        points: Of A and of B: what was asked for, and what was compared.
    """

    pair: AnsweredPair
    points: tuple[Measurement, Measurement]

    @property
    def better(self) -> At:
        """The point that was preferred."""
        return self.points[self.pair.better].at

    @property
    def worse(self) -> At:
        """The other one."""
        return self.points[1 - self.pair.better].at

    @property
    def is_inside(self) -> bool:
        """Whether both points lie in the space."""
        return self.better.x is not None and self.worse.x is not None


class PairLog(Log):
    """The log of a campaign whose optimizer learns from comparisons; see `Log`.

    Points are asked for two at a time: pair `k` has the points `2 k - 1` and `2 k`. The file has an answer
    for each comparison in the state of the optimizer.
    """

    words = Words("pair", "pairs", "answer")

    def count(self, points: pd.DataFrame) -> int:
        """Return how many pairs there are among points."""
        return len(points) // 2

    def ask(
        self, n: int, context: Mapping[str, Any] | None = None, fixed: Mapping[str, Any] | None = None
    ) -> pd.DataFrame:
        """Return `n` pairs, two rows for each, with the numbers of points as index."""
        return pd.concat([super(PairLog, self).ask(2, context, fixed) for _ in range(n)])

    def write_sheet(self, path: Path, points: pd.DataFrame, *, workbook: bool) -> None:
        """Write pairs into a file; see `write_pairs`."""
        write_pairs(path, points, cells=self.cells, labels=self.cells.labels(points), workbook=workbook)

    def tell_sheet(self, path: Path, *, replace: bool) -> Counts:
        """Record the answers of a file, all or none; those told before are skipped.

        Raises:
            DataError: If a row is unusable, or an answer differs and is not to be replaced; names it.
        """
        sheet = read_pairs(path, self._space, labels=self.cells.label_names, optional=self.cells.optional)
        self._note_aside(path, sheet.aside)
        return self.tell_pairs(sheet, replace=replace)

    def tell_pairs(self, sheet: PairSheet, *, replace: bool) -> Counts:
        """Record answers, all or none; see `tell_sheet`."""
        path, told = sheet.path, {one.pair: place for place, one in enumerate(self._document.answers)}
        found, compared = self._read(sheet), self._compared()
        fresh = [one for one in found if one.pair.number not in told]
        changed = [
            one for one in found if one.pair.number in told and not _has(compared[told[one.pair.number]], one)
        ]
        if changed and not replace:
            raise DataError(
                f"{path}: {few([self._change_text(one) for one in changed])} differs from what was told; add "
                "--replace if that was a mistake."
            )
        self._prefer(fresh, sheet)
        self._exchange(changed, told, compared, sheet)
        blank = [number for number in sheet.blank if number in told]
        if blank:
            self.notices.append(
                f"{path}: the answer to pair {', '.join(map(str, blank))} is no longer there; it stays "
                "recorded."
            )
        n_known = len(found) - len(fresh) - len(changed)
        return Counts(len(fresh), n_known, len(changed), len(sheet.blank) - len(blank))

    def forget(self, numbers: Sequence[int]) -> None:
        """Give up pairs that were asked for; they may be answered all the same later.

        Raises:
            DataError: If a number was never asked for, or its pair was answered or given up already.
        """
        waiting = self.pairs_waiting
        for number in numbers:
            if number not in waiting:
                answered = number in {one.pair for one in self._document.answers}
                why = "has been answered; `hebo tell --replace` corrects it" if answered else "does not wait"
                left = f"pairs that wait: {', '.join(map(str, waiting))}" if waiting else "none waits"
                raise DataError(f"pair {number} {why}; {left}.")
        super().forget([point for number in dict.fromkeys(numbers) for point in point_numbers(number)])

    @property
    def pairs_waiting(self) -> list[int]:
        """The numbers of the pairs that were neither answered nor given up."""
        return [number // 2 for number in self._document.numbers_waiting if number % 2 == 0]

    def _read(self, sheet: PairSheet) -> list[Comparison]:
        pairs = zip(self._document.answers, self._compared(), strict=True)
        sides = [(one.pair, at) for one, both in pairs for at in both]
        known = [(number, at) for pair, at in sides for number in point_numbers(pair)]
        reader = RowReader(self._space, self.cells, self.points_asked(), known)
        found = []
        for pair in sheet.answered:
            numbers, where = point_numbers(pair.number), pair.rows[1].where
            if numbers[1] > len(self._document.asked):
                raise DataError(f"{where}: pair {pair.number} was never asked for; restore its number.")
            a, b = (reader.measured(*one) for one in zip(pair.rows, numbers, strict=True))
            if is_same_point(a.at, b.at):
                raise DataError(f"{where}: both options of pair {pair.number} are one point; correct it.")
            found.append(Comparison(pair, (a, b)))
        return found

    def _compared(self) -> list[tuple[At, At]]:
        """Return the better and the worse point of each answer."""
        data = self.optimizer.data
        inside = iter(zip(data.better.tolist(), data.worse.tolist(), strict=True))
        rows = [next(inside) if one.aside is None else one.aside for one in self._document.answers]
        better, worse = (points_of(self._space, [row[side] for row in rows]) for side in (0, 1))
        return list(zip(better, worse, strict=True))

    def _change_text(self, one: Comparison) -> str:
        return f"pair {one.pair.number} ({OPTIONS[one.pair.better]} is better)"

    def _prefer(self, fresh: Sequence[Comparison], sheet: PairSheet) -> None:
        if not fresh:
            return
        elsewhere = [point for one in fresh for point in one.points if point.is_elsewhere]
        outside = [point for one in fresh if not one.is_inside for point in one.points]
        waiting = set(self._document.numbers_waiting)
        given_up = [*elsewhere, *(one for one in outside if not one.is_elsewhere)]
        self._give_up([point.asked for point in given_up if point.number in waiting])
        inside = [one for one in fresh if one.is_inside]
        if inside:
            self.optimizer.prefer(
                *(
                    self._space.decode(encoded(self._space, side))
                    for side in ([one.better for one in inside], [one.worse for one in inside])
                )
            )
        self._document.answers += [self._answer_of(one, sheet) for one in fresh]
        answered = {point.number for one in fresh for point in one.points}
        self._document.forgotten = [one for one in self._document.forgotten if one not in answered]
        self._document.happened("tell", sheet=sheet.path.name, pairs=[one.pair.number for one in fresh])
        if elsewhere:
            shown = few([f"{one.row.where} ({self._settings(one.at, one.asked)})" for one in elsewhere])
            self.notices.append(f"compared at other settings than asked for, stored so: {shown}.")

    def _exchange(
        self,
        changed: Sequence[Comparison],
        told: Mapping[int, int],
        compared: Sequence[tuple[At, At]],
        sheet: PairSheet,
    ) -> None:
        """Put other answers in the place of those told; the history keeps these."""
        if not changed:
            return
        sides = list(compared)
        for one in changed:
            place = told[one.pair.number]
            before = dict(zip(("better", "worse"), (at.stored for at in sides[place]), strict=True))
            sides[place] = one.better, one.worse
            self._document.answers[place] = self._answer_of(one, sheet)
            self._document.happened("replace", sheet=sheet.path.name, pair=one.pair.number, was=before)
        pairs = zip(sides, self._document.answers, strict=True)
        inside = [both for both, answer in pairs if answer.aside is None]
        state = {
            key: one for key, one in self.optimizer.state_dict().items() if key not in ("better", "worse")
        }
        better, worse = ([both[side].stored for both in inside] for side in (0, 1))
        self._restart({**state, **({"better": better, "worse": worse} if inside else {})})

    def _answer_of(self, one: Comparison, sheet: PairSheet) -> Answer:
        aside = None if one.is_inside else (as_stored(one.better.values), as_stored(one.worse.values))
        better = OPTIONS[one.pair.better]
        return Answer(pair=one.pair.number, better=better, sheet=sheet.path.name, aside=aside)


def _has(told: tuple[At, At], one: Comparison) -> bool:
    """Say whether an answer is the one that was told, about the same points."""
    return is_same_point(told[0], one.better) and is_same_point(told[1], one.worse)
