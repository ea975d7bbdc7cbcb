"""Told points as rows: those in the state of an optimizer and those outside the space, taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hebo.experiment.campaign.document import Aside, Told

Row = dict[str, Any]
"""What is known of one told point: `told`, then `x` or `point`, and its part of each table of the state."""

TABLES = ("y", "constraints", "y_var", "costs", "gradients")
"""Tables of the state of an optimizer with a row for each told point."""


def joined(state: Mapping[str, Any], told: Sequence[Told]) -> list[Row]:
    """Return a row for each told point.

    Args:
        state: Of an optimizer.
        told: Where the points come from.
    """
    places, rows = iter(range(len(told))), []
    for one in told:
        if one.aside is not None:
            rows.append({"told": one, **one.aside.model_dump()})
            continue
        place = next(places)
        known = {key: state[key][place] for key in TABLES if state.get(key) is not None}
        rows.append({"told": one, "x": state["x"][place], **known})
    return rows


def parted(rows: Sequence[Row], state: Mapping[str, Any]) -> tuple[dict[str, Any], list[Told]]:
    """Return the state of an optimizer with the rows inside the space, and where all rows come from."""
    inside = [row for row in rows if "x" in row]
    tables: dict[str, Any] = {"y": None, "constraints": None, **_tables(inside)}
    kept = {key: value for key, value in state.items() if key not in TABLES}
    return {**kept, "x": [row["x"] for row in inside], **tables}, [_origin(row) for row in rows]


def values_of(row: Row) -> list[float]:
    """Return objectives and constraints of a row, NaN where there is none."""
    known = [*row["y"], *row["constraints"]]
    return [float("nan") if one is None else float(one) for one in known]


def _tables(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the tables of rows; one that no row has anything of is left out."""
    found: dict[str, Any] = {}
    for key in TABLES:
        known = [row[key] for row in rows if row.get(key) is not None]
        if known and (key in ("y", "constraints") or not all(map(_is_unknown, known))):
            found[key] = [_unknown(known[0]) if row.get(key) is None else row[key] for row in rows]
    return found


def _is_unknown(cell: Any) -> bool:
    return all(one is None for one in cell) if isinstance(cell, list) else cell is None


def _unknown(like: Any) -> Any:
    return [None] * len(like) if isinstance(like, list) else None


def _origin(row: Row) -> Told:
    told: Told = row["told"]
    if "x" in row:
        return told.model_copy(update={"aside": None})
    known = {key: row[key] for key in ("point", "y", "constraints")}
    return told.model_copy(update={"aside": Aside(**known, y_var=row.get("y_var"))})
