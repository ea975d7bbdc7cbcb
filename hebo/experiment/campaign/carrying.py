"""Changes of parameters between rounds: what is known is carried over to another design space.

Points are matched by the names of parameters and by natural values. A point that lies outside the new space
is kept with its natural values; it comes back when the space is widened again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.numeric import Numeric
from hebo.errors import DataError, HeboError
from hebo.experiment.campaign.differences import few, space_difference
from hebo.experiment.campaign.document import Answer, CampaignDocument, Former
from hebo.experiment.campaign.points import At, Point, Stored, as_stored, point_anywhere, points_of
from hebo.experiment.campaign.told_rows import TABLES, joined, parted


@dataclass(frozen=True)
class Carried:
    """A document in another space.

    Attributes:
        document: It.
        difference: How the spaces differ, in words.
        told_outside: Places of the told points, or of the comparisons, that lie outside.
        waiting_outside: Numbers of the points that wait for their values outside.
    """

    document: CampaignDocument
    difference: str
    told_outside: list[int]
    waiting_outside: list[int]

    @property
    def text(self) -> str:
        """What people should know, in one sentence."""
        told, waiting = len(self.told_outside), ", ".join(map(str, self.waiting_outside))
        n_told = len(self.document.told) + len(self.document.answers)
        kind = "comparisons" if self.document.answers else "told points"
        parts = [f"the space changed since the last round, what is known stays: {self.difference}"]
        if told:
            parts.append(f"{told} of {n_told} {kind} lie outside now and are kept as data alone")
        if waiting:
            parts.append(f"waiting outside, and to be told all the same: {waiting}")
        return "; ".join(parts) + "."


def space_before(document: CampaignDocument) -> DesignSpace | None:
    """Return the space of a document; None if it has none that can be read."""
    try:
        return DesignSpace.from_json(document.optimizer["space"])
    except (KeyError, TypeError, HeboError):
        return None  # the optimizer says what is wrong when it takes up its state


def carried(
    document: CampaignDocument, space: DesignSpace, defaults: Mapping[str, Any], where: str
) -> Carried | None:
    """Return a document in the space of a campaign; None if it is that of the document.

    Args:
        document: All that is known.
        space: Of the campaign now.
        defaults: Parameter -> value that points have which are older than it.
        where: Names the document in messages.

    Raises:
        DataError: If points have no value of a new parameter, or a parameter is a number in one of the two
            spaces alone.
    """
    before, now = space_before(document), space.parameter_space
    if before is None or before == now:
        return None
    _check_kinds(before, now, where)
    carrier = _Carrier(before, now, defaults)
    try:
        found = carrier.document(document)
    except _Missing as missing:
        raise DataError(
            f"{where}: the parameter '{missing}' is new, and what was asked for before has no value of it; "
            "give it the value that held then: `default: ...` in its entry of `space`."
        ) from missing
    told = [place for place, one in enumerate(found.told) if one.aside is not None]
    told += [place for place, one in enumerate(found.answers) if one.aside is not None]
    points = found.points
    waiting = [number for number in found.numbers_waiting if isinstance(points[number], dict)]
    return Carried(found, space_difference(before, now), told, waiting)


class _Missing(Exception):
    """A parameter of which a point has no value."""


class _Carrier:
    """Takes points from one space to another."""

    def __init__(self, before: DesignSpace, now: DesignSpace, defaults: Mapping[str, Any]) -> None:
        self._before, self._now, self._defaults = before, now, defaults

    def document(self, old: CampaignDocument) -> CampaignDocument:
        """Return a document in the new space."""
        asked = self._points(list(old.points.values()), [old.former.get(number, {}) for number in old.points])
        state, told = self._told(old)
        better, worse, answers = self._answers(old)
        new = old.model_copy(
            update={
                "asked": [at.stored for at, _ in asked],
                "former": {number: one for number, (_, one) in enumerate(asked, 1) if one},
                "told": told,
                "answers": answers,
            }
        )
        waiting = [new.points[number] for number in new.numbers_waiting]
        state |= {"space": self._now.to_json(), "pending": [x for x in waiting if isinstance(x, list)]}
        state |= {"better": better, "worse": worse} if better else {}
        state |= {"related": found} if (found := self._related(old)) else {}
        return new.model_copy(update={"optimizer": state})

    def _points(self, rows: Sequence[Stored], former: Sequence[Former]) -> list[tuple[At, Former]]:
        """Return points with what they have of parameters that there are no longer."""
        pairs = zip(points_of(self._before, rows), former, strict=True)
        return [self._point({**before, **at.values}) for at, before in pairs]

    def _point(self, values: Point) -> tuple[At, Former]:
        point = {name: self._value(name, values) for name in self._now.names}
        left = {name: one for name, one in values.items() if name not in point}
        return point_anywhere(self._now, point), as_stored(left)

    def _value(self, name: str, values: Point) -> Any:
        if name in values:
            return values[name]
        if name in self._defaults:
            return self._defaults[name]
        raise _Missing(name)

    def _told(self, old: CampaignDocument) -> tuple[dict[str, Any], list[Any]]:
        rows = joined(old.optimizer, old.told)
        stored = [row["x"] if "x" in row else row["point"] for row in rows]
        points = self._points(stored, [row["told"].former for row in rows])
        for row, (at, former) in zip(rows, points, strict=True):
            row.pop("x", None), row.pop("point", None)
            row["x" if at.x is not None else "point"] = at.stored
            row["told"] = row["told"].model_copy(update={"former": former})
        dropped = ("better", "worse", "related")
        return parted(rows, {key: one for key, one in old.optimizer.items() if key not in dropped})

    def _answers(self, old: CampaignDocument) -> tuple[list[Stored], list[Stored], list[Answer]]:
        better, worse, answers = list[Stored](), list[Stored](), list[Answer]()
        for one, sides in zip(old.answers, _sides(old), strict=True):
            (a, a_former), (b, b_former) = self._points(sides, one.former)
            is_inside = a.x is not None and b.x is not None
            aside = None if is_inside else (as_stored(a.values), as_stored(b.values))
            answers.append(one.model_copy(update={"aside": aside, "former": (a_former, b_former)}))
            if is_inside:
                better.append(a.stored)
                worse.append(b.stored)
        return better, worse, answers

    def _related(self, old: CampaignDocument) -> list[dict[str, Any]]:
        """Return the related tasks, without what lies outside."""
        found = []
        for task in old.optimizer.get("related") or ():
            points = [at for at, _ in self._points(task["x"], [{}] * len(task["x"]))]
            kept = [place for place, at in enumerate(points) if at.x is not None]
            tables = {
                key: [task[key][place] for place in kept] for key in TABLES if task.get(key) is not None
            }
            if kept:
                found.append({**task, **tables, "x": [points[place].stored for place in kept]})
        return found


def _sides(document: CampaignDocument) -> Iterator[tuple[Stored, Stored]]:
    """Yield the better and the worse point of each answer."""
    state = document.optimizer
    inside = zip(state.get("better") or (), state.get("worse") or (), strict=True)
    for one in document.answers:
        yield next(inside) if one.aside is None else one.aside


def _check_kinds(before: DesignSpace, now: DesignSpace, where: str) -> None:
    """Refuse parameters that are numbers in one of the two spaces and none in the other."""
    kinds = {True: "a number", False: "no number"}
    found = [
        f"'{name}' was {kinds[isinstance(then, Numeric)]} and is {kinds[isinstance(one, Numeric)]}"
        for name, one in now.parameters.items()
        if (then := before.parameters.get(name)) is not None
        and isinstance(then, Numeric) != isinstance(one, Numeric)
    ]
    if found:
        raise DataError(f"{where}: {few(found)}; give the new parameter another name, with a `default`.")
