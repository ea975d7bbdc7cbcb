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
from hebo.experiment.campaign import Campaign
from hebo.experiment.campaign_document import CampaignDocument, OldDocument, Told, read_document
from hebo.experiment.campaign_rows import Known, Measurement, RowReader, sort
from hebo.experiment.campaign_upgrade import upgraded
from hebo.experiment.parts import describe
from hebo.experiment.sheet import Sheet, SheetCells
from hebo.optimizers.base import Optimizer, OptimizerRecipe


@dataclass(frozen=True)
class Counts:
    """What became of the rows of a sheet."""

    told: int
    known: int
    replaced: int


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
        self._check_takes()
        self._known = CampaignDocument(
            objectives=list(campaign.objectives),
            constraints=list(campaign.constraints),
            settings=describe(recipe),
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
                "there; "
                "they stay recorded."
            )
        if rows.fresh:
            self._record(rows.fresh, sheet)
        if rows.changed:
            self._replace(rows.changed, sheet)
        return Counts(len(rows.fresh), rows.n_known, len(rows.changed))

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
        n = len(self.campaign.objectives)
        limits = [one.row.values[n:] for one in fresh] if self.campaign.constraints else None
        moved = [one for one in fresh if one.is_moved]
        at = self._space.decode(torch.stack([one.x for one in fresh])) if moved else None
        asked = self._space.decode(torch.stack([one.asked for one in fresh]))
        self.optimizer.tell(asked, [one.row.values[:n] for one in fresh], constraints=limits, at=at)
        self._known.told += [Told(point=one.number, own=one.own, sheet=sheet.path.name) for one in fresh]
        numbers = [one.number for one in fresh if one.number is not None]
        self._known.forgotten = [one for one in self._known.forgotten if one not in numbers]
        self._happened("tell", sheet=sheet.path.name, points=[one.number for one in fresh])
        if moved:
            shown = _few([f"point {one.number} ({self._settings(one.x, one.asked)})" for one in moved])
            self.notices.append(
                f"{sheet.path}: measured at other settings than asked for, stored so: {shown}."
            )

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
        again = (
            "; a row without a number that was measured once more is told from a file of another name"
            if any(one.own for _, one in changed)
            else ""
        )
        return (
            f"{sheet.path}: differs from what was told, nothing was recorded: {_few(texts)}. Restore it, "
            "or replace "
            f"what was told: hebo tell --replace{again}."
        )

    def _settings(self, x: Tensor, before: Tensor) -> str:
        """Return the parameters in which two encoded points differ."""
        points = self._space.decode(torch.stack([x, before]))
        shown = {
            name: [self.cells.show(name, one) for one in points[name].tolist()] for name in self._space.names
        }
        return ", ".join(f"{name}={now} instead of {was}" for name, (now, was) in shown.items() if now != was)

    def _waiting_text(self) -> str:
        numbers = ", ".join(map(str, self.waiting().index))
        return f"points that wait: {numbers}" if numbers else "none waits"

    def _happened(self, what: str, **details: Any) -> None:
        time = datetime.now(UTC).isoformat(timespec="seconds")
        self._known.history.append({"event": what, "time": time, **details})

    # ------------------------------------------------------------------ taking up a file

    def _check_takes(self) -> None:
        """Refuse what the optimiser does not take."""
        objectives = self.campaign.objectives
        if len(objectives) > self.optimizer.max_objectives:
            raise ConfigError(
                f"{describe(self._recipe)['type']} takes {self.optimizer.max_objectives} objective, the "
                "campaign "
                f"has {len(objectives)} ({', '.join(objectives)}); name one and make the others "
                "constraints, or "
                "combine them into one column."
            )
        if self.campaign.constraints:
            self.optimizer.check_takes_constraints()

    def _take_up(self, found: CampaignDocument | OldDocument) -> None:
        if isinstance(found, OldDocument):
            self.notices.append(
                f"{self.path} was written before names were kept: its values are taken for "
                f"{', '.join(self.campaign.measured)}."
            )
            found = upgraded(found, self._known, self._space, self.path)
        self._check_names(found)
        self._check_space(found)
        self._check_whole(found)
        changed = [one for one in _SETTINGS if getattr(found, one) != getattr(self._known, one)]
        now = {one: getattr(self._known, one) for one in _SETTINGS}
        self._known = found.model_copy(update=now)
        for one in changed:
            self._note_change(one, getattr(found, one), now[one])
        self._restart({**found.optimizer, "seed": self.campaign.seed})

    def _check_names(self, found: CampaignDocument) -> None:
        """Refuse other quantities than those of the values that are there."""
        for what in ("objectives", "constraints"):
            was, now = getattr(found, what), getattr(self._known, what)
            if was == now:
                continue
            if found.told:
                raise ConfigError(
                    f"{self.path}: the {what} were {_list(was)}, the campaign has {_list(now)} now; "
                    "restore them, "
                    "or begin another campaign and tell it what was measured."
                )

    def _check_whole(self, found: CampaignDocument) -> None:
        n_told, n_asked = len(found.optimizer.get("x") or []), len(found.asked)
        numbers = [*(one.point for one in found.told if one.point is not None), *found.forgotten]
        widths = {len(one) for one in found.asked} - {self._space.n_dims}
        n_values = {len(row) for row in found.optimizer.get("y") or []} - {len(self.campaign.objectives)}
        n_limits = {len(row) for row in found.optimizer.get("constraints") or []} - {
            len(self.campaign.constraints)
        }
        if (
            n_told != len(found.told)
            or widths
            or n_values
            or n_limits
            or not all(0 < one <= n_asked for one in numbers)
            or len(set(numbers)) < len(numbers)
        ):
            raise ConfigError(f"{self.path} is damaged: its parts do not go together; restore it.")

    def _check_space(self, found: CampaignDocument) -> None:
        try:
            before = DesignSpace.from_json(found.optimizer["space"])
        except (KeyError, TypeError, HeboError):
            return  # `load_state_dict` says what is wrong
        now = self._space.parameter_space
        if before == now:
            return
        hint = ""
        if isinstance(self._space, TableSpace):
            hint = (
                ". What a declaration leaves to the table changes with the table: declare types, bounds, "
                "categories and alphabets in full where rows come later"
            )
        raise DataError(
            f"{self.path}: what is known belongs to another design space: {_space_difference(before, now)}; "
            f"restore it, or begin another campaign and tell it what was measured{hint}."
        )

    def _note_change(self, what: str, was: Any, now: Any) -> None:
        """Say and record that something is otherwise from now on."""
        self._happened(what, was=was, now=now)
        shown = _setting_difference(was, now) if isinstance(was, dict) else f"{was} -> {now}"
        self.notices.append(
            f"{what} changed since the last round, what is known stays and the next points follow: {shown}."
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


def _few(texts: list[str]) -> str:
    """Return texts in a row, the first ten of many."""
    return "; ".join([*texts[:10], *([f"and {len(texts) - 10} more"] if len(texts) > 10 else [])])


def _list(names: list[str]) -> str:
    return ", ".join(names) or "none"


def _number(value: float) -> str:
    return "failed" if value != value else repr(value)


def _setting_difference(was: dict[str, Any], now: dict[str, Any]) -> str:
    """Return the settings that differ, those of the top level."""
    if was.get("type") != now.get("type"):
        return f"{was.get('type')} -> {now.get('type')}"
    keys = [key for key in {**was, **now} if was.get(key) != now.get(key)]
    return _few([f"{key}: {was.get(key)} -> {now.get(key)}" for key in keys])


def _space_difference(was: DesignSpace, now: DesignSpace) -> str:
    """Return how two spaces differ, in the words of their definitions."""
    before, after = (
        {
            one["name"]: {key: value for key, value in one.items() if key != "name"}
            for one in space["parameters"]
        }
        for space in (was.to_json(), now.to_json())
    )
    parts = [f"'{name}' is gone" for name in before if name not in after]
    parts += [f"'{name}' is new" for name in after if name not in before]
    parts += [
        f"'{name}' was {_brief(before[name])} and is {_brief(after[name])}"
        for name in before
        if name in after and before[name] != after[name]
    ]
    if not parts:
        parts = ["the order or the input constraints have changed"]
    return _few(parts)


def _brief(definition: dict[str, Any]) -> str:
    text = ", ".join(f"{key}: {value}" for key, value in definition.items())
    return "{" + (text if len(text) <= 120 else text[:117] + "...") + "}"
