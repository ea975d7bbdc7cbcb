"""Trials of a campaign: rows of a results store, derived from its document.

Trials are numbered in the order in which points were asked for, or told without having been asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hebo.design_space.design_space import DesignSpace
from hebo.experiment.campaign.document import CampaignDocument, Told
from hebo.experiment.campaign.pair_sheet import BETTER, OPTIONS, PAIR, point_numbers
from hebo.experiment.campaign.points import At, Point, Stored, is_same_point, points_of
from hebo.experiment.campaign.told_rows import Row, joined, values_of
from hebo.experiment.store import tables
from hebo.outcomes import Objective, Outcomes

ANSWERS = Outcomes(objectives=(Objective(name=BETTER, goal="maximize"),), constraints=())
"""What is stored of comparisons: 1 for the point that was preferred, 0 for the other one."""


@dataclass(frozen=True)
class _Place:
    """A trial among others: of a point asked for, or of a place among those told.

    Attributes:
        number: Of the point that was asked for; None where it was not.
        told: Place of what was told of it; None where nothing was.
        round: The ask it came from, or the tell.
        asked_at: When; None if unknown.
    """

    number: int | None
    told: int | None
    round: int
    asked_at: float | None = None


def trial_rows(document: CampaignDocument, space: DesignSpace) -> list[dict[str, Any]]:
    """Return the rows of the trials of a campaign, without experiment and run.

    Args:
        document: All that is known.
        space: Of the campaign.
    """
    asked = dict(zip(document.points, points_of(space, list(document.points.values())), strict=True))
    rows = joined(document.optimizer, document.told)
    told = points_of(space, [_stored(row) for row in rows])
    values = _Values(document, rows, _told_at(document))
    found = list[dict[str, Any]]()
    for number, one in enumerate(_places(document)):
        at = None if one.told is None else told[one.told]
        point = at if one.number is None else asked[one.number]
        assert point is not None
        place = {"number": number, "round": one.round, "started_at": one.asked_at}
        found.append({**place, "params": tables.to_json(point.values), **values.of(one, point, at)})
    return found


class _Values:
    """What was measured in trials."""

    def __init__(
        self, document: CampaignDocument, rows: Sequence[Row], told_at: Mapping[int | str, float]
    ) -> None:
        self._document, self._rows, self._told_at = document, rows, told_at
        self._outcomes = ANSWERS if document.outcomes is None else document.outcomes
        self._answers = {
            number: float(OPTIONS[place] == one.better)
            for one in document.answers
            for place, number in enumerate(point_numbers(one.pair))
        }
        self._sheets = {one.pair: one.sheet for one in document.answers}

    def of(self, place: _Place, point: At, at: At | None) -> dict[str, Any]:
        """Return status, values, extras, message and end of a trial."""
        if place.number is not None and not self._document.objectives:
            return self._of_pair(place.number, point)
        extras: Point = {} if place.number is None else {"point": place.number}
        former = self._document.former.get(place.number or 0, {})
        if place.told is None or at is None:
            given_up = place.number in self._document.forgotten
            status = tables.GIVEN_UP if given_up else tables.PENDING
            extras |= self._outside(point) | ({"former": former} if former else {})
            return self._columns(status, {}, extras)
        row = self._rows[place.told]
        told: Told = row["told"]
        known = dict(zip(self._outcomes.names, values_of(row), strict=True))
        extras |= {"sheet": told.sheet} if told.sheet else {}
        extras |= self._deviations(row) | self._moved(point, at) | self._outside(at)
        extras |= {"former": told.former} if told.former else {}
        when = self._told_at.get(told.point if told.point is not None else f"own {place.told}")
        return self._judged(known, extras, when)

    def _of_pair(self, number: int, point: At) -> dict[str, Any]:
        pair = (number + 1) // 2
        extras: Point = {"point": number, PAIR: pair, "option": OPTIONS[(number + 1) % 2]}
        extras |= self._outside(point)
        if number not in self._answers:
            given_up = number in self._document.forgotten
            return self._columns(tables.GIVEN_UP if given_up else tables.PENDING, {}, extras)
        extras |= {"sheet": self._sheets[pair]}
        return self._judged({BETTER: self._answers[number]}, extras, self._told_at.get(number))

    def _judged(self, known: Mapping[str, float], extras: Point, when: float | None) -> dict[str, Any]:
        missing = [name for name, value in known.items() if value != value]
        if missing:
            return self._columns(tables.FAILED, known, extras, f"{', '.join(missing)}: failed", when)
        broken = self._outcomes.broken(known)
        status = tables.INFEASIBLE if broken else tables.OK
        return self._columns(status, known, extras, ", ".join(broken) or None, when)

    @staticmethod
    def _columns(
        status: str,
        values: Mapping[str, float],
        extras: Point,
        message: str | None = None,
        when: float | None = None,
    ) -> dict[str, Any]:
        texts = {"values": tables.to_json(dict(values)), "extras": tables.to_json(extras)}
        return {"status": status, **texts, "message": message, "finished_at": when}

    def _deviations(self, row: Row) -> Point:
        pairs = zip(self._outcomes.objective_names, row.get("y_var") or (), strict=False)
        return {f"{name}{tables.SD}": value**0.5 for name, value in pairs if value is not None}

    @staticmethod
    def _moved(point: At, at: At) -> Point:
        if is_same_point(point, at):
            return {}
        moved = {name: value for name, value in at.values.items() if value != point.values.get(name)}
        return {tables.EVALUATED_AT: moved} if moved else {}

    @staticmethod
    def _outside(at: At) -> Point:
        return {"outside": True} if at.x is None else {}


def _stored(row: Row) -> Stored:
    found: Stored = row["x"] if "x" in row else row["point"]
    return found


def _places(document: CampaignDocument) -> Iterator[_Place]:
    """Yield all trials in their order."""
    told = {one.point: place for place, one in enumerate(document.told) if one.point is not None}
    own = [place for place, one in enumerate(document.told) if one.point is None]
    asks = [one for one in document.history if one.get("event") in ("ask", "tell")]
    n_own = sum(_n_own(one) for one in asks)
    known = {number for one in asks if one["event"] == "ask" for number in one["points"]}
    # What is older than the history of a campaign comes first.
    old = [number for number in document.points if number not in known]
    yield from (_Place(number, told.get(number), 0) for number in old)
    first, left = len(own) - n_own, iter(own)
    yield from (_Place(None, next(left), 0) for _ in range(first))
    for round_, one in enumerate(asks, 1 if old or first > 0 else 0):
        if one["event"] == "ask":
            yield from (_Place(number, told.get(number), round_, _time(one)) for number in one["points"])
        else:
            yield from (_Place(None, next(left), round_) for _ in range(_n_own(one)))


def _n_own(event: Mapping[str, Any]) -> int:
    """Return how many points an event told that were never asked for."""
    return sum(one is None for one in event.get("points", ())) if event["event"] == "tell" else 0


def _told_at(document: CampaignDocument) -> dict[int | str, float]:
    """Return when points were told: their numbers, or `own` and their place, -> seconds since 1970."""
    found: dict[int | str, float] = {}
    own = [place for place, one in enumerate(document.told) if one.point is None]
    tells = [one for one in document.history if one.get("event") == "tell"]
    left = iter(own[max(0, len(own) - sum(map(_n_own, tells))) :])
    for one in tells:
        numbers = [*one.get("points", ()), *(n for pair in one.get("pairs", ()) for n in point_numbers(pair))]
        for number in numbers:
            place = next(left, None) if number is None else None
            found[f"own {place}" if number is None else number] = _time(one)
    return found


def _time(event: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(event["time"]).timestamp()
