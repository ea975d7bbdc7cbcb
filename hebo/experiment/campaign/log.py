"""What was asked and told in the rounds of a campaign, kept in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.table_space import TableSpace
from hebo.errors import ConfigError, DataError, HeboError
from hebo.experiment.campaign.checks import (
    check_names,
    check_space,
    check_takes,
    check_whole,
    few,
    setting_difference,
)
from hebo.experiment.campaign.definition import Campaign
from hebo.experiment.campaign.document import CampaignDocument, OldDocument, Told, read_document
from hebo.experiment.campaign.rows import Known, Measurement, RowReader, sort
from hebo.experiment.campaign.sheet import Sheet, SheetCells
from hebo.experiment.campaign.upgrade import upgraded
from hebo.experiment.config.parts import describe
from hebo.optimizers.base import Optimizer, OptimizerRecipe


@dataclass(frozen=True)
class Counts:
    """What became of the rows of a sheet."""

    told: int
    known: int
    replaced: int
    blank: int


class Log:
    """A campaign with all that was asked and told; a file beside the YAML keeps it.

    Whatever `tell` would refuse of the campaign is refused here, before anything is asked for.

    Args:
        campaign: What is measured.
        space: Where.
        recipe: Of the optimiser.
        path: The file; it need not be there yet.

    Attributes:
        notices: What people should know, a line each.

    Raises:
        ConfigError: If the file is none of ours, or of other quantities, or the optimiser does not take what
            is measured.
        DataError: If it belongs to another design space.
    """

    def __init__(self, campaign: Campaign, space: DesignSpace, recipe: OptimizerRecipe, path: Path) -> None:
        self.campaign, self.path = campaign, path
        self._recipe, self._space = recipe, space
        self.cells = SheetCells(space)
        self.notices: list[str] = []
        self.optimizer: Optimizer = recipe.build(space, seed=campaign.seed)
        settings = describe(recipe)
        check_takes(self.optimizer, campaign, settings["type"])
        self._known = CampaignDocument(
            objectives=list(campaign.objectives),
            constraints=list(campaign.constraints),
            settings=settings,
            seed=campaign.seed,
            optimizer={},
            asked=[],
            told=[],
        )
        found = read_document(path)
        if found is not None:
            self._take_up(found)

    # ------------------------------------------------------------------ ask and tell

    def ask(self, n: int) -> pd.DataFrame:
        """Return `n` points, with their numbers as index."""
        points = self.optimizer.ask(n)
        first = len(self._known.asked) + 1
        self._known.asked += self._space.encode(points).tolist()
        self._happened("ask", points=list(range(first, first + n)))
        return points.set_index(pd.RangeIndex(first, first + n))

    @property
    def asked(self) -> dict[int, list[float]]:
        """Number -> encoded point."""
        return dict(enumerate(self._known.asked, 1))

    @property
    def told(self) -> set[int]:
        """The numbers of the points whose values are known."""
        return {one.point for one in self._known.told if one.point is not None}

    def waiting(self) -> pd.DataFrame:
        """Return the points that were neither told nor given up, with their numbers as index."""
        done = self.told | set(self._known.forgotten)
        numbers = [number for number in self.asked if number not in done]
        return self._space.decode(self._points(numbers)).set_index(pd.Index(numbers, dtype=int))

    def tell(self, sheet: Sheet, *, replace: bool = False) -> Counts:
        """Record measured points, all or none; those told before are skipped.

        Args:
            sheet: Their rows.
            replace: Whether rows that differ from what was told take its place.

        Raises:
            DataError: If a row is unusable, or differs and is not to be replaced; names it.
        """
        found = RowReader(self._space, self.cells, self.asked).read(sheet)
        waiting = {number: self._points([number])[0] for number in self.waiting().index}
        rows = sort(found, self._told_before(), waiting, sheet.path.name)
        if rows.changed and not replace:
            raise DataError(self._differences(sheet, rows.changed))
        if rows.n_gone:
            self.notices.append(
                f"{sheet.path}: {rows.n_gone} rows without a number that were told from it are no longer "
                "there; they stay recorded."
            )
        told = [one for one in sheet.blank if one in self.told]
        emptied = [
            one.point for one in self._known.told if one.point in told and one.sheet == sheet.path.name
        ]
        if emptied:
            self.notices.append(
                f"{sheet.path}: what was told of point {', '.join(map(str, emptied))} is no longer there; "
                "it stays "
                "recorded. Write `failed` and tell it with --replace if it does not count."
            )
        if rows.fresh:
            self._record(rows.fresh, sheet)
        if rows.changed:
            self._replace(rows.changed, sheet)
        return Counts(len(rows.fresh), rows.n_known, len(rows.changed), len(sheet.blank) - len(told))

    def forget(self, numbers: Sequence[int]) -> None:
        """Give up points that were asked for; they may be told all the same later.

        Raises:
            DataError: If a number was never asked for, or its point was told or given up already.
        """
        for number in numbers:
            if number not in self.asked:
                raise DataError(f"point {number} was never asked for; {self._waiting_text()}.")
            if number in self.told:
                raise DataError(
                    f"point {number} has been told; `hebo tell --replace` corrects it. "
                    f"{self._waiting_text()}."
                )
            if number in self._known.forgotten:
                raise DataError(f"point {number} was given up before; {self._waiting_text()}.")
        chosen = list(dict.fromkeys(numbers))
        self.optimizer.forget(self._space.decode(self._points(chosen)))
        self._known.forgotten += chosen
        self._happened("forget", points=chosen)

    def save(self) -> None:
        """Write the file, all of it or nothing."""
        self._known.optimizer = self.optimizer.state_dict()
        self._known.write(self.path)

    # ------------------------------------------------------------------ labels

    @property
    def label_names(self) -> list[str]:
        """The columns of a table of candidates that are no parameters."""
        return self._space.labels.columns.tolist() if isinstance(self._space, TableSpace) else []

    def labels(self, points: pd.DataFrame) -> pd.DataFrame:
        """Return the labels that a table of candidates has for points; no columns where there is no table."""
        if not isinstance(self._space, TableSpace):
            return pd.DataFrame(index=points.index)
        return self._space.labels_of(self._space.encode(points)).set_index(points.index)

    # ------------------------------------------------------------------ telling

    def _points(self, numbers: Sequence[int]) -> Tensor:
        """Return the encoded points with some numbers, `k x d`."""
        rows = [self._known.asked[number - 1] for number in numbers]
        return torch.tensor(rows, dtype=torch.float64).reshape(-1, self._space.n_dims)

    def _told_before(self) -> Known:
        data = self.optimizer.data
        n = len(self._known.told)
        values = torch.cat([-data.y[:n], data.constraints[:n]], 1).tolist() if n else []
        return Known(self._known.told, data.x[:n], values)

    def _record(self, fresh: list[Measurement], sheet: Sheet) -> None:
        moved = [one for one in fresh if one.is_elsewhere]
        for part in ([one for one in fresh if not one.is_elsewhere], moved):
            if part:
                self._tell(part, sheet)
        self._happened("tell", sheet=sheet.path.name, points=[one.number for one in fresh])
        if moved:
            shown = few([f"point {one.number} ({self._settings(one.x, one.asked)})" for one in moved])
            self.notices.append(
                f"{sheet.path}: measured at other settings than asked for, stored so: {shown}."
            )

    def _tell(self, part: list[Measurement], sheet: Sheet) -> None:
        """Tell points that were all measured where they were asked for, or all elsewhere."""
        n = len(self.campaign.objectives)
        limits = [one.row.values[n:] for one in part] if self.campaign.constraints else None
        asked, at = (
            self._space.decode(torch.stack(rows))
            for rows in ([one.asked for one in part], [one.x for one in part])
        )
        values = [one.row.values[:n] for one in part]
        self.optimizer.tell(asked, values, constraints=limits, at=at if part[0].is_elsewhere else None)
        self._known.told += [Told(point=one.number, own=one.own, sheet=sheet.path.name) for one in part]
        numbers = [one.number for one in part if one.number is not None]
        self._known.forgotten = [one for one in self._known.forgotten if one not in numbers]

    def _replace(self, changed: list[tuple[int, Measurement]], sheet: Sheet) -> None:
        """Put other values and settings in the place of those told; the history keeps these."""
        state, n = self.optimizer.state_dict(), len(self.campaign.objectives)
        for place, one in changed:
            values = [None if value != value else value for value in one.row.values]
            before = {key: state[key][place] for key in ("x", "y", "constraints")}
            state["x"][place], state["y"][place] = one.x.tolist(), values[:n]
            state["constraints"][place] = values[n:]
            self._happened("replace", sheet=sheet.path.name, place=place, point=one.number, was=before)
        self._restart(state)

    def _differences(self, sheet: Sheet, changed: list[tuple[int, Measurement]]) -> str:
        told = self._told_before()
        texts = []
        for place, one in changed:
            name = one.row.where.removeprefix(f"{sheet.path}, ") if one.own else f"point {one.number}"
            parts = [
                f"{column} was {_number(was)}, is {_number(now)}"
                for column, was, now in zip(
                    self.campaign.measured, told.values[place], one.row.values, strict=True
                )
                if _number(was) != _number(now)
            ]
            settings = self._settings(one.x, told.x[place])
            texts.append(f"{name}: {', '.join([*parts, *([settings] if settings else [])])}")
        again = "; a row without a number that was measured once more is told from a file of another name"
        again = again if any(one.own for _, one in changed) else ""
        return (
            f"{sheet.path}: differs from what was told, nothing was recorded: {few(texts)}. Restore it, or "
            f"replace what was told: hebo tell --replace{again}."
        )

    def _settings(self, x: Tensor, before: Tensor) -> str:
        """Return the parameters in which two encoded points differ, as a sheet shows them where it can."""
        points = self._space.decode(torch.stack([x, before]))
        parts = []
        for name in self._space.names:
            now, was = points[name].tolist()
            if now != was:
                texts = [self.cells.show(name, one) for one in (now, was)]
                now, was = texts if texts[0] != texts[1] else (now, was)
                parts.append(f"{name}={now} instead of {was}")
        return ", ".join(parts)

    def _waiting_text(self) -> str:
        numbers = ", ".join(map(str, self.waiting().index))
        return f"points that wait: {numbers}" if numbers else "none waits"

    def _happened(self, what: str, **details: Any) -> None:
        time = datetime.now(UTC).isoformat(timespec="seconds")
        self._known.history.append({"event": what, "time": time, **details})

    # ------------------------------------------------------------------ taking up a file

    def _take_up(self, found: CampaignDocument | OldDocument) -> None:
        if isinstance(found, OldDocument):
            self.notices.append(
                f"{self.path} was written before names were kept: its values are taken for "
                f"{', '.join(self.campaign.measured)}."
            )
            found = upgraded(found, self._known, self._space, self.path)
        check_names(found, self.campaign, self.path)
        check_space(found, self._space, self.path)
        check_whole(found, self.campaign, self._space, self.path)
        changed = [one for one in _SETTINGS if getattr(found, one) != getattr(self._known, one)]
        now = {one: getattr(self._known, one) for one in _SETTINGS}
        self._known = found.model_copy(update=now)
        for one in changed:
            self._note_change(one, getattr(found, one), now[one])
        self._restart({**found.optimizer, "seed": self.campaign.seed})

    def _note_change(self, what: str, was: Any, now: Any) -> None:
        """Say and record that something is otherwise from now on."""
        self._happened(what, was=was, now=now)
        self.notices.append(
            f"{what} changed since the last round, what is known stays and the next points follow: "
            f"{setting_difference(was, now)}."
        )

    def _restart(self, state: dict[str, Any]) -> None:
        """Make the optimiser anew from a state."""
        self.optimizer = self._recipe.build(self._space, seed=self.campaign.seed)
        try:
            self.optimizer.load_state_dict(state)
        except HeboError as error:
            raise DataError(f"{self.path}: {error}.") from error
        except (KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
            raise ConfigError(f"{self.path} is damaged ({error!r}); restore it.") from error


_SETTINGS = ("objectives", "constraints", "settings", "seed")
"""What a campaign has in its YAML and its file."""


def _number(value: float) -> str:
    return "failed" if value != value else repr(value)
