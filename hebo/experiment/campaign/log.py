"""Campaign log: ask, tell and forget by hand, with all that is known kept in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError, HeboError
from hebo.experiment.campaign.cells import SheetCells
from hebo.experiment.campaign.checks import check_goals, check_names, check_space, check_takes, check_whole
from hebo.experiment.campaign.definition import Campaign
from hebo.experiment.campaign.differences import (
    few,
    measurement_differences,
    point_difference,
    setting_difference,
)
from hebo.experiment.campaign.document import CampaignDocument, OldDocument, Told, read_document
from hebo.experiment.campaign.noise import are_known, told_deviations, variances
from hebo.experiment.campaign.rows import History, Measurement, RowReader, is_same_point, sort
from hebo.experiment.campaign.sheet import Sheet, read_sheet, write_sheet
from hebo.experiment.campaign.upgrade import upgraded
from hebo.experiment.config.former import current
from hebo.experiment.config.parts import describe
from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe


@dataclass(frozen=True)
class Counts:
    """What became of the rows of a sheet."""

    told: int
    known: int
    replaced: int
    blank: int


class Teacher(Protocol):
    """What tells an optimizer of related tasks."""

    @property
    def described(self) -> list[dict[str, Any]]:
        """Where they are read, as a YAML says."""

    def teach(self, optimizer: Optimizer) -> list[str]:
        """Tell of them, and return what people should know, a line each."""


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


class Log:
    """A campaign with all that was asked and told; a file beside the YAML keeps it.

    Whatever `tell` would refuse of the campaign is refused here, before anything is asked for.

    Args:
        campaign: What is measured.
        space: Where.
        recipe: Of the optimizer.
        path: The file; it need not be there yet.
        teacher: Tells the optimizer of related tasks, once: they are kept in the file from then on.

    Attributes:
        notices: What people should know, a line each.
        words: How messages call what is asked for, what a sheet has of it, and what is told.

    Raises:
        ConfigError: If the file is none of ours, or of other quantities, or the optimizer does not take what
            is measured.
        DataError: If it belongs to another design space.
    """

    words = Words("point", "rows", "values")

    def __init__(
        self,
        campaign: Campaign,
        space: DesignSpace,
        recipe: OptimizerRecipe,
        path: Path,
        teacher: Teacher | None = None,
    ) -> None:
        self.campaign, self.path, self._teacher = campaign, path, teacher
        self._recipe, self._space = recipe, space
        self.cells = SheetCells(space)
        self.notices: list[str] = []
        self.optimizer: Optimizer = recipe.build(space, seed=campaign.seed)
        settings = describe(recipe)
        check_takes(self.optimizer, campaign)
        if campaign.objectives:
            self.optimizer.set_outcomes(campaign.outcomes)
        self.optimizer.set_reference_point(campaign.reference)
        self._document = CampaignDocument(
            objectives=list(campaign.objective_names),
            constraints=list(campaign.constraint_names),
            outcomes=campaign.outcomes if campaign.objectives else None,
            settings=settings,
            seed=campaign.seed,
            optimizer={},
            asked=[],
            told=[],
            initial_trials_from=teacher.described if teacher else [],
        )
        found = read_document(path)
        if found is not None:
            self._take_up(found)
        elif teacher is not None:
            self.notices += teacher.teach(self.optimizer)

    # ------------------------------------------------------------------ ask and tell

    def ask(self, n: int, context: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return `n` points, with their numbers as index.

        Args:
            n: How many.
            context: A natural value for each context parameter.
        """
        context = dict(context or {})
        points = self.optimizer.ask(n, fixed=context)
        first = len(self._document.asked) + 1
        self._document.asked += self._space.encode(points).tolist()
        shown = {"context": {name: self.cells.show(name, one) for name, one in context.items()}}
        self._document.happened("ask", points=list(range(first, first + n)), **(shown if context else {}))
        return points.set_index(pd.RangeIndex(first, first + n))

    def waiting(self) -> pd.DataFrame:
        """Return the points that were neither told nor given up, with their numbers as index."""
        numbers = self._document.numbers_waiting
        return self._space.decode(self._points(numbers)).set_index(pd.Index(numbers, dtype=int))

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
        sheet = read_sheet(
            path, self._space, self.campaign.measured, noise=self.campaign.noise_of, labels=names
        )
        self._note_aside(path, sheet.aside)
        return self.tell(sheet, replace=replace)

    def tell(self, sheet: Sheet, *, replace: bool = False) -> Counts:
        """Record measured points, all or none; those told before are skipped.

        Args:
            sheet: Their rows.
            replace: Whether rows that differ from what was told take its place.

        Raises:
            DataError: If a row is unusable, or differs and is not to be replaced; names it.
        """
        found = RowReader(self._space, self.cells, self._document.points).read(sheet)
        waiting = {number: self._points([number])[0] for number in self._document.numbers_waiting}
        told = self._told_before()
        rows = sort(found, told, waiting, sheet.path.name)
        if rows.changed and not replace:
            columns = self.campaign.columns
            raise DataError(measurement_differences(sheet, rows.changed, told, columns, self._settings))
        if rows.n_gone:
            self.notices.append(
                f"{sheet.path}: {rows.n_gone} rows without a number that were told from it are no longer "
                "there; they stay recorded."
            )
        blank = [one for one in sheet.blank if one in self._document.numbers_told]
        emptied = [one.point for one in told.told if one.point in blank and one.sheet == sheet.path.name]
        if emptied:
            self.notices.append(
                f"{sheet.path}: what was told of point {', '.join(map(str, emptied))} is no longer there; "
                "it stays recorded. Write `failed` and tell it with --replace if it does not count."
            )
        if rows.fresh:
            self._record(rows.fresh, sheet)
        if rows.changed:
            self._replace(rows.changed, told, sheet)
        return Counts(len(rows.fresh), rows.n_known, len(rows.changed), len(sheet.blank) - len(blank))

    def number_of(self, x: Tensor) -> int | None:
        """Return the number of an encoded point (`d`) that was asked for and told; None if it has none."""
        pairs = zip(self._document.told, self.optimizer.data.x, strict=False)
        return next((one.point for one, at in pairs if one.point and is_same_point(at, x)), None)

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
        self.optimizer.forget(self._space.decode(self._points(chosen)))
        self._document.forgotten += chosen
        self._document.happened("forget", points=chosen)

    def save(self) -> None:
        """Write the file, all of it or nothing."""
        self._document.optimizer = self.optimizer.state_dict()
        self._document.write(self.path)

    # ------------------------------------------------------------------ telling

    def _points(self, numbers: Sequence[int]) -> Tensor:
        """Return the encoded points with some numbers, `k x d`."""
        rows = [self._document.asked[number - 1] for number in numbers]
        return torch.tensor(rows, dtype=torch.float64).reshape(-1, self._space.n_dims)

    def _told_before(self) -> History:
        data = self.optimizer.data
        n = len(self._document.told)
        values = self.optimizer.measured[:n].tolist()
        deviations = told_deviations(self.campaign, data, n)
        return History(self._document.told, data.x[:n], values, deviations)

    def _record(self, fresh: list[Measurement], sheet: Sheet) -> None:
        elsewhere = [one for one in fresh if one.is_elsewhere]
        for part in ([one for one in fresh if not one.is_elsewhere], elsewhere):
            if part:
                self._tell(part, sheet)
        self._document.happened("tell", sheet=sheet.path.name, points=[one.number for one in fresh])
        if elsewhere:
            shown = few([f"point {one.number} ({self._settings(one.x, one.asked)})" for one in elsewhere])
            self.notices.append(
                f"{sheet.path}: measured at other settings than asked for, stored so: {shown}."
            )

    def _tell(self, part: list[Measurement], sheet: Sheet) -> None:
        """Tell points that were all measured where they were asked for, or all elsewhere."""
        n = len(self.campaign.objective_names)
        limits = [one.row.values[n:] for one in part] if self.campaign.constraint_names else None
        asked, at = (
            self._space.decode(torch.stack(rows))
            for rows in ([one.asked for one in part], [one.x for one in part])
        )
        values = [one.row.values[:n] for one in part]
        noise = [variances(self.campaign, one.row.deviations) for one in part]
        self.optimizer.tell(
            asked,
            values,
            constraints=limits,
            evaluated_at=at if part[0].is_elsewhere else None,
            y_var=noise if are_known(noise) else None,
        )
        self._document.told += [Told(point=one.number, own=one.own, sheet=sheet.path.name) for one in part]
        numbers = [one.number for one in part if one.number is not None]
        self._document.forgotten = [one for one in self._document.forgotten if one not in numbers]

    def _replace(self, changed: list[tuple[int, Measurement]], told: History, sheet: Sheet) -> None:
        """Put other values and settings in the place of those told; the history keeps these."""
        state, n = self.optimizer.state_dict(), len(self.campaign.objective_names)
        noise = state.get("y_var") or [[None] * n for _ in state["y"]]
        for place, one in changed:
            values = [None if value != value else value for value in one.row.values]
            before = {key: state[key][place] for key in ("x", "y", "constraints", "y_var") if key in state}
            state["x"][place], state["y"][place] = one.x.tolist(), values[:n]
            state["constraints"][place] = values[n:]
            noise[place] = variances(self.campaign, told.kept(place, one), noise[place])
            named = {"sheet": sheet.path.name, "place": place, "point": one.number}
            self._document.happened("replace", **named, was=before)
        if are_known(noise):
            state["y_var"] = noise
        self._restart(state)

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

    def _settings(self, x: Tensor, before: Tensor) -> str:
        return point_difference(self._space, self.cells, x, before)

    def _waiting_text(self) -> str:
        numbers = ", ".join(map(str, self._document.numbers_waiting))
        return f"points that wait: {numbers}" if numbers else "none waits"

    # ------------------------------------------------------------------ taking up a file

    def _take_up(self, found: CampaignDocument | OldDocument) -> None:
        if isinstance(found, OldDocument):
            self.notices.append(
                f"{self.path} was written before names were kept: its values are taken for "
                f"{', '.join(self.campaign.measured)}."
            )
            found = upgraded(found, self._document, self._space, self.path)
        check_names(found, self.campaign, self.path)
        check_goals(found, self.campaign, self.path)
        check_space(found, self._space, self.path)
        check_whole(found, self.campaign, self._space, self.path)
        found.settings = dict(current("optimizer", found.settings, self._document.settings))
        if found.outcomes is None:
            found.outcomes = self._document.outcomes
        changed = [one for one in _SETTINGS if getattr(found, one) != getattr(self._document, one)]
        now = {one: getattr(self._document, one) for one in _SETTINGS}
        self._document = found.model_copy(update=now)
        for one in changed:
            self._note_change(one, getattr(found, one), now[one])
        if (was := found.optimizer.get("reference_point")) != self.campaign.reference and found.asked:
            self._note_change("reference_point", was, self.campaign.reference)
        state = {**found.optimizer, "seed": self.campaign.seed}
        is_taught = bool(state.get("related")) and "initial_trials_from" not in changed
        self._restart(state if is_taught else {key: state[key] for key in state if key != "related"})
        if self._teacher is not None and not is_taught:
            self.notices += self._teacher.teach(self.optimizer)

    def _note_change(self, what: str, was: Any, now: Any) -> None:
        """Say and record that something is otherwise from now on."""
        self._document.happened(what, was=was, now=now)
        self.notices.append(
            f"{what} changed since the last round, what is known stays and the next points follow: "
            f"{setting_difference(was, now)}."
        )

    def _restart(self, state: dict[str, Any]) -> None:
        """Make the optimizer anew from a state."""
        self.optimizer = self._recipe.build(self._space, seed=self.campaign.seed)
        if self.campaign.objectives:
            self.optimizer.set_outcomes(self.campaign.outcomes)
        try:
            self.optimizer.load_state_dict({**state, "reference_point": self.campaign.reference})
        except HeboError as error:
            raise DataError(f"{self.path}: {error}.") from error
        except (KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
            raise ConfigError(f"{self.path} is damaged ({error!r}); restore it.") from error


_SETTINGS = ("objectives", "constraints", "outcomes", "settings", "seed", "initial_trials_from")
"""What a campaign has in its YAML and its file."""
