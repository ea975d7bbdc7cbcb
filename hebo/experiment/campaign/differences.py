"""Differences in words: settings, spaces, points and values of a campaign, as they were and as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hebo.design_space.design_space import DesignSpace
from hebo.experiment.campaign.cells import SheetCells
from hebo.experiment.campaign.points import At
from hebo.experiment.campaign.rows import History, Measurement
from hebo.experiment.campaign.sheet import Sheet


def setting_difference(was: Any, now: Any) -> str:
    """Return how settings differ: parts of the same type by their keys, at every depth."""
    return few(list(_setting_differences(was, now, "")))


def _setting_differences(was: Any, now: Any, path: str) -> Iterator[str]:
    if was == now:
        return
    if isinstance(was, dict) and isinstance(now, dict) and was.get("type") == now.get("type"):
        for key in {**was, **now}:
            inner = f"{path}.{key}" if path else key
            yield from _setting_differences(was.get(key), now.get(key), inner)
    elif _are_parts(was) and _are_parts(now) and len(was) == len(now):
        for place, (before, after) in enumerate(zip(was, now, strict=True)):
            yield from _setting_differences(before, after, f"{path}[{place}]")
    else:
        yield f"{path}: {_brief(was)} -> {_brief(now)}" if path else f"{_brief(was)} -> {_brief(now)}"


def _are_parts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def few(texts: Sequence[str]) -> str:
    """Return texts in a row, the first ten of many."""
    return "; ".join([*texts[:10], *([f"and {len(texts) - 10} more"] if len(texts) > 10 else [])])


def space_difference(was: DesignSpace, now: DesignSpace) -> str:
    """Return how two spaces differ, in the words of their definitions."""
    before, after = (
        {
            one["name"]: {key: value for key, value in one.items() if key != "name"}
            for one in space.to_json()["parameters"]
        }
        for space in (was, now)
    )
    parts = [f"'{name}' is gone" for name in before if name not in after]
    parts += [f"'{name}' is new" for name in after if name not in before]
    parts += [
        f"'{name}' was {_definition(before[name])} and is {_definition(after[name])}"
        for name in before
        if name in after and before[name] != after[name]
    ]
    return few(parts or ["the order or the input constraints have changed"])


def _definition(keys: dict[str, Any]) -> str:
    return "{" + _shortened(", ".join(f"{key}: {value}" for key, value in keys.items())) + "}"


def _brief(value: Any) -> str:
    """Return a setting, of a part its type alone."""
    if isinstance(value, dict) and "type" in value:
        return str(value["type"])
    return _shortened(listed(value) if isinstance(value, list) else str(value))


def _shortened(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."


def listed(names: Sequence[Any]) -> str:
    """Return names in a row."""
    return ", ".join(map(str, names)) or "none"


def point_difference(space: DesignSpace, cells: SheetCells, at: At, before: At) -> str:
    """Return the parameters in which two points differ, as a sheet shows them."""
    parts = []
    for name in space.names:
        now, was = at.values[name], before.values[name]
        if now != was:
            texts = [cells.show(name, one) for one in (now, was)]
            now, was = texts if texts[0] != texts[1] else (now, was)
            parts.append(f"{name}={now} instead of {was}")
    return ", ".join(parts)


def measurement_differences(
    sheet: Sheet,
    changed: Sequence[tuple[int, Measurement]],
    told: History,
    columns: Sequence[str],
    settings: Callable[[At, At], str],
) -> str:
    """Return how rows differ from what was told of their points, and what to do.

    Args:
        sheet: Of the rows.
        changed: Place in `told` and measurement of each.
        told: What was told.
        columns: Names of the values, and then of their standard deviations.
        settings: Two points -> how they differ.
    """
    texts = []
    for place, one in changed:
        name = one.row.where.removeprefix(f"{sheet.path}, ") if one.own else f"point {one.number}"
        before = [*map(_number, told.values[place]), *map(_deviation, told.deviations[place])]
        after = [*map(_number, one.row.values), *map(_deviation, told.kept(place, one))]
        triples = zip(columns, before, after, strict=True)
        parts = [f"{column} was {was}, is {now}" for column, was, now in triples if was != now]
        texts.append(f"{name}: {', '.join(filter(None, [*parts, settings(one.at, told.at[place])]))}")
    again = "; a row without a number that was measured once more is told from a file of another name"
    again = again if any(one.own for _, one in changed) else ""
    return (
        f"{sheet.path}: differs from what was told, nothing was recorded: {few(texts)}. Restore it, or "
        f"replace what was told: hebo tell --replace{again}."
    )


def _number(value: float) -> str:
    return "failed" if value != value else repr(value)


def _deviation(value: float) -> str:
    return "unknown" if value != value else f"{value:.12g}"  # it is the root of what is kept
