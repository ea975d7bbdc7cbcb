"""Telling: what the rows of a sheet say is recorded, put in the place of what was told, or known already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hebo.errors import DataError
from hebo.experiment.campaign.differences import few, measurement_differences, point_difference
from hebo.experiment.campaign.document import Aside, Told
from hebo.experiment.campaign.noise import are_known, variances
from hebo.experiment.campaign.points import At, as_stored, encoded, is_same_point
from hebo.experiment.campaign.rows import History, Measurement, RowReader, sort
from hebo.experiment.campaign.sheet import Sheet
from hebo.experiment.campaign.state import CampaignState
from hebo.experiment.campaign.told_rows import Row, joined, parted


@dataclass(frozen=True)
class Counts:
    """What became of the rows of a sheet."""

    told: int
    known: int
    replaced: int
    blank: int


class Telling(CampaignState):
    """The part of `Log` that records what was measured."""

    def tell(self, sheet: Sheet, *, replace: bool = False) -> Counts:
        """Record measured points, all or none; those told before are skipped.

        Args:
            sheet: Their rows.
            replace: Whether rows that differ from what was told take its place.

        Raises:
            DataError: If a row is unusable, or differs and is not to be replaced; names it.
        """
        told, asked = self.told_before(), self.points_asked()
        origins = [one.point for one in told.told]
        reader = RowReader(self._space, self.cells, asked, list(zip(origins, told.at, strict=True)))
        waiting = {number: asked[number] for number in self._document.numbers_waiting}
        rows = sort(reader.read(sheet), told, waiting, sheet.path.name)
        if rows.changed and not replace:
            columns = self.campaign.columns
            raise DataError(measurement_differences(sheet, rows.changed, told, columns, self._settings))
        if rows.n_gone:
            self.notices.append(
                f"{sheet.path}: {rows.n_gone} rows without a number that were told from it are no longer "
                "there; they stay recorded."
            )
        blank = self._note_emptied(sheet, told)
        if rows.fresh:
            self._record(rows.fresh, sheet)
        if rows.changed:
            self._replace(rows.changed, told, sheet)
        return Counts(len(rows.fresh), rows.n_known, len(rows.changed), len(sheet.blank) - len(blank))

    def _note_emptied(self, sheet: Sheet, told: History) -> Sequence[int | None]:
        """Return the numbers of told points that have no values in a sheet; say so of those from there."""
        blank = [one for one in sheet.blank if one in self._document.numbers_told]
        emptied = [one.point for one in told.told if one.point in blank and one.sheet == sheet.path.name]
        if emptied:
            self.notices.append(
                f"{sheet.path}: what was told of point {', '.join(map(str, emptied))} is no longer there; "
                "it stays recorded. Write `failed` and tell it with --replace if it does not count."
            )
        return blank

    def _record(self, fresh: Sequence[Measurement], sheet: Sheet) -> None:
        elsewhere = [one for one in fresh if one.is_elsewhere]
        inside = [one for one in fresh if one.at.x is not None]
        # The optimizer waits for no value of a point whose cells were changed; one outside is told as it is.
        for part in (
            [one for one in inside if not one.is_elsewhere],
            [one for one in inside if one.is_elsewhere],
        ):
            if part:
                self._tell(part)
                self._note_told(part, sheet)
        outside = [one for one in fresh if one.at.x is None]
        self._give_up([one.asked for one in outside if one.asked.x is not None])
        self._note_told(outside, sheet)
        self._document.happened("tell", sheet=sheet.path.name, points=[one.number for one in fresh])
        if elsewhere:
            shown = few([f"point {one.number} ({self._settings(one.at, one.asked)})" for one in elsewhere])
            self.notices.append(
                f"{sheet.path}: measured at other settings than asked for, stored so: {shown}."
            )

    def _tell(self, part: Sequence[Measurement]) -> None:
        """Tell points that were all measured where they were asked for, or all elsewhere."""
        n = len(self.campaign.objective_names)
        limits = [one.row.values[n:] for one in part] if self.campaign.constraint_names else None
        at = self._space.decode(encoded(self._space, [one.at for one in part]))
        # One that was asked for outside the space is not waited for: it is told where it was measured.
        known = [one.at if one.asked.x is None else one.asked for one in part]
        asked = self._space.decode(encoded(self._space, known))
        noise = [variances(self.campaign, one.row.deviations) for one in part]
        self.optimizer.tell(
            asked,
            [one.row.values[:n] for one in part],
            constraints=limits,
            evaluated_at=at if part[0].is_elsewhere else None,
            y_var=noise if are_known(noise) else None,
        )

    def _note_told(self, part: Sequence[Measurement], sheet: Sheet) -> None:
        for one in part:
            aside = Aside.model_validate(self._aside(one)) if one.at.x is None else None
            self._document.told.append(
                Told(point=one.number, own=one.own, sheet=sheet.path.name, aside=aside)
            )
        numbers = [one.number for one in part if one.number is not None]
        self._document.forgotten = [one for one in self._document.forgotten if one not in numbers]

    def _aside(self, one: Measurement) -> Row:
        """Return what was measured at a point outside the space."""
        n = len(self.campaign.objective_names)
        values = [None if value != value else value for value in one.row.values]
        noise = variances(self.campaign, one.row.deviations)
        tables = {"y": values[:n], "constraints": values[n:], "y_var": noise if are_known([noise]) else None}
        return {"point": as_stored(one.at.values), **tables}

    def _replace(self, changed: Sequence[tuple[int, Measurement]], told: History, sheet: Sheet) -> None:
        """Put other values and settings in the place of those told; the history keeps these."""
        rows = joined(self.optimizer.state_dict(), self._document.told)
        for place, one in changed:
            before = {key: value for key, value in rows[place].items() if key != "told"}
            rows[place] = self._in_place(rows[place], place, one, told)
            named = {"sheet": sheet.path.name, "place": place, "point": one.number}
            self._document.happened("replace", **named, was=before)
        state, self._document.told = parted(rows, self.optimizer.state_dict())
        self._restart(state)

    def _in_place(self, before: Row, place: int, one: Measurement, told: History) -> Row:
        """Return a row with other values and settings."""
        n = len(self.campaign.objective_names)
        values = [None if value != value else value for value in one.row.values]
        noise = variances(self.campaign, told.kept(place, one), before.get("y_var"))
        moved = {key: value for key, value in before.items() if key not in ("x", "point")}
        key = "point" if one.at.x is None else "x"
        tables = {"y": values[:n], "constraints": values[n:], "y_var": noise if are_known([noise]) else None}
        return {**moved, key: one.at.stored, **tables}

    def _give_up(self, points: Sequence[At]) -> None:
        """Let the optimizer wait no longer for points that lie in the space."""
        inside = [one for one in points if one.x is not None]
        if inside:
            self.optimizer.forget(self._space.decode(encoded(self._space, inside)))

    def _note_aside(self, path: Path, names: Sequence[str]) -> None:
        """Say which columns of a sheet are not read; of standard deviations, how they would be."""
        if not names:
            return
        shown = ", ".join(map(repr, names))
        text = f"{path}: not read, as they belong to nothing in the campaign: {shown}."
        noise = [f"{one}_sd" for one in self.campaign.objective_names if f"{one}_sd" in names]
        if noise:
            text += f" If these are standard deviations, write `noise: [{', '.join(noise)}]` into the YAML."
        self.notices.append(text)

    def _settings(self, at: At, before: At) -> str:
        return point_difference(self._space, self.cells, at, before)

    def _number_told_at(self, at: At) -> int | None:
        """Return the number of a point that was asked for and told there; None if it has none."""
        told = self.told_before()
        pairs = zip(told.told, told.at, strict=True)
        return next((one.point for one, where in pairs if one.point and is_same_point(where, at)), None)
