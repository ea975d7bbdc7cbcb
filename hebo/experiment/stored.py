"""Rows of a store as data of the right kinds; what is not of its kind is damage, and named as such.

A store may come from elsewhere, and SQLite keeps any value in any column. Rows are data: nothing in them is
looked up, imported, opened, started or evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hebo.errors import StoreError
from hebo.experiment import tables

Row = Mapping[str, Any]


def run(row: Row) -> dict[str, Any]:
    """Return a run with its settings.

    Raises:
        StoreError: If a value is not of the kind of its column.
    """
    where = f"run {row['run_id']!r}"
    _check(row, where, str, "run_id", "optimizer", "task", "status")
    _check(row, where, int, "position", "seed", "n_trials", "batch_size")
    return {**row, "config": tables.mapping(row["config"])}


def problem(row: Row) -> dict[str, Any]:
    """Return a task's space, objectives, and best values.

    Raises:
        StoreError: If a value is not of the kind of its column.
    """
    where = f"task {row['task']!r}"
    _check(row, where, float, "optimum", "best_known")
    space, objectives = tables.mapping(row["space"]), tables.from_json(row["objectives"])
    if not isinstance(space.get("parameters"), list):
        raise StoreError(f"the {where} is damaged: its space has no list of parameters.")
    if not (isinstance(objectives, list) and objectives and all(isinstance(one, str) for one in objectives)):
        raise StoreError(f"the {where} is damaged: its objectives are {objectives!r:.60}.")
    return {**row, "space": space, "objectives": tuple(objectives)}


def trial(row: Row) -> dict[str, Any]:
    """Return a trial with the parameters that its values belong to.

    Raises:
        StoreError: If a value is not of the kind of its column.
    """
    where = f"trial {row['number']!r} of the run {row['run_id']!r}"
    _check(row, where, int, "number", "round")
    _check(row, where, float, *(key for key in row if key.endswith(("_seconds", "_at"))))
    if row["status"] not in tables.TRIAL_STATUSES:
        raise StoreError(f"the {where} is damaged: its status is {row['status']!r:.60}.")
    params, values, extras = (tables.mapping(row[key]) for key in ("params", "values", "extras"))
    _check(values, where, float, *values)
    params |= extras.pop(tables.MOVED, None) or {}
    costs = {key: None if row[key] is None else tables.mapping(row[key]) for key in ("profile", "fallbacks")}
    return {**row, "params": params, "values": values, "extras": extras, **costs}


def best_values(run: Row, problems: Mapping[str, Row]) -> dict[str, Any]:
    """Return the optimum and the best known value of the task of a run.

    Raises:
        StoreError: If the task is not stored.
    """
    if run["task"] not in problems:
        raise StoreError(f"the run {run['run_id']!r} is damaged: its task is not stored.")
    return {key: problems[run["task"]][key] for key in ("optimum", "best_known")}


def _check(row: Row, where: str, kind: type, *keys: str) -> None:
    """Refuse values of another kind; a number may be absent, or whole where any number will do."""
    kinds = (int, float, type(None)) if kind is float else (kind,)
    for key in keys:
        if not isinstance(row[key], kinds) or isinstance(row[key], bool):
            raise StoreError(f"the {where} is damaged: {key} is {row[key]!r:.60}.")
