"""Values that are entered or corrected on the command line: `hebo edit dye.yaml 5 loss=0.4 temp=61`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hebo.design_space.spreadsheets.cells import FAILED, read_deviation, read_measured
from hebo.errors import ConfigError, DataError, did_you_mean
from hebo.experiment.campaign.cells import Row
from hebo.experiment.campaign.given import split_pair
from hebo.experiment.campaign.log import Log
from hebo.experiment.campaign.pair_sheet import BETTER, OPTIONS, AnsweredPair, PairSheet, point_numbers
from hebo.experiment.campaign.pairs import PairLog
from hebo.experiment.campaign.points import At
from hebo.experiment.campaign.sheet import Sheet
from hebo.experiment.campaign.telling import Counts

SHEET = Path("hebo edit")
"""Stands for the name of a sheet where values were entered by hand."""


@dataclass(frozen=True)
class _Before:
    """What is known of a point before an edit.

    Attributes:
        at: Where it was measured, or is to be.
        values: What was measured; None where nothing was told.
        deviations: The standard deviations, in the order of their columns.
    """

    at: At
    values: Sequence[float] | None
    deviations: Sequence[float | None]


def edit(log: Log, number: int, given: Sequence[str]) -> Counts:
    """Enter or correct what was measured at a point, or the answer to a pair.

    Args:
        log: Of the campaign.
        number: Of the point, or of the pair.
        given: `failed`, or texts such as `loss=0.4`: values, standard deviations, and parameters that had
            another value than asked for. What is not named stays as it was told.

    Raises:
        ConfigError: If a text cannot be read, or a value is missing.
        DataError: If the point was never asked for, or a value is none.
    """
    return _edit_pair(log, number, given) if isinstance(log, PairLog) else _edit_point(log, number, given)


def _edit_point(log: Log, number: int, given: Sequence[str]) -> Counts:
    before = _known(log, number)
    if before is None:
        raise DataError(f"point {number} was never asked for; numbers are in the first column of sheets.")
    measured, space = log.campaign.measured, log.optimizer.space
    texts = _read(number, given, [*log.campaign.columns, *space.names])
    values = {name: texts[name] for name in measured if name in texts}
    if FAILED[0] in texts:
        values = dict.fromkeys(measured, FAILED[0]) | values
    row = Row(
        f"point {number}",
        number,
        _cells(log, before.at, texts),
        list(_values(log, number, values, before)),
        list(_deviations(log, number, texts, before)),
    )
    return log.tell(Sheet(SHEET, [row], [], []), replace=True)


def _edit_pair(log: PairLog, number: int, given: Sequence[str]) -> Counts:
    texts = _read(number, given, [BETTER])
    answer = texts.get(BETTER, "").strip().upper()
    if answer not in OPTIONS:
        raise ConfigError(f"pair {number}: say which is better: {BETTER}=A or {BETTER}=B.")
    rows = []
    for point in point_numbers(number):
        before = _known(log, point)
        if before is None:
            raise DataError(f"pair {number} was never asked for; numbers are in the first column of sheets.")
        rows.append(Row(f"pair {number}", point, _cells(log, before.at, {}), [], []))
    pair = AnsweredPair(number, OPTIONS.index(answer), (rows[0], rows[1]))
    return log.tell_pairs(PairSheet(SHEET, [pair], [], []), replace=True)


def _read(number: int, given: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Return name -> text; `failed` alone stands for itself."""
    found: dict[str, str] = {}
    for text in given:
        pair = (FAILED[0], "") if text.strip().lower() == FAILED[0] else split_pair(text, names)
        if pair is None:
            name, sign, _ = text.partition("=")
            known = did_you_mean(name.strip(), names)
            why = f"there is no '{name.strip()}'.{known}" if sign else f"expected NAME=VALUE or {FAILED[0]}."
            raise ConfigError(f"{number} {text}: {why}")
        if pair[0] in found:
            raise ConfigError(f"{number} {text}: '{pair[0]}' has a value already; give one of the two.")
        found[pair[0]] = pair[1]
    return found


def _known(log: Log, number: int) -> _Before | None:
    asked = log.points_asked()
    if number not in asked:
        return None
    told = log.told_before()
    place = next((place for place, one in enumerate(told.told) if one.point == number), None)
    if place is None:
        return _Before(asked[number], None, [math.nan] * len(log.campaign.noise))
    return _Before(told.at[place], told.values[place], told.deviations[place])


def _cells(log: Log, at: At, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of a point with all digits, those that are given in the place of its own."""
    shown = {
        name: repr(value) if isinstance(value, float) else log.cells.show(name, value)
        for name, value in at.values.items()
    }
    return {name: texts.get(name, text) for name, text in shown.items()}


def _values(log: Log, number: int, texts: Mapping[str, str], before: _Before) -> Iterator[float]:
    for place, name in enumerate(log.campaign.measured):
        if name in texts:
            yield read_measured(f"{number} {name}={texts[name]}", texts[name])
        elif before.values is not None:
            yield before.values[place]
        else:
            missing = [one for one in log.campaign.measured if one not in texts]
            raise ConfigError(
                f"point {number} was told nothing yet, and there is no value of {', '.join(missing)}; give "
                f"all of {', '.join(log.campaign.measured)}, or {FAILED[0]}."
            )


def _deviations(log: Log, number: int, texts: Mapping[str, str], before: _Before) -> Iterator[float | None]:
    for place, name in enumerate(log.campaign.noise):
        known = before.deviations[place]
        yield read_deviation(f"{number} {name}", texts[name]) if name in texts else known
