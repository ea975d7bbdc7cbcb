"""Row validation: rows of a store as data of the right kinds; what is not of its kind is named as damage.

A store may come from elsewhere, and SQLite keeps any value in any column. Rows are data: nothing in them is
looked up, imported, opened, started or evaluated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from hebo.errors import HeboError, StoreError
from hebo.experiment.config.labeled import NAME
from hebo.experiment.store import tables
from hebo.experiment.store.budget import is_spent
from hebo.experiment.store.entries import Facts
from hebo.experiment.texts import message

Row = Mapping[str, Any]
_LABEL = NAME.strip("^$")
_NEVER = 1e11  # seconds since 1970: beyond the year 5000
_INTEGERS = ("position", "seed", "n_trials", "batch_size", "n_done", "n_bad")
_NUMBERS = (
    *("best", "busy_seconds", "lease_until", "started_at", "updated_at"),
    *("max_cost", "spent", "hypervolume"),
)
_RUN_ID = f"{_LABEL}@{_LABEL}#[0-9]+"


def run(row: Row) -> dict[str, Any]:
    """Return a run with its settings.

    Raises:
        StoreError: If a value is not of the kind of its column.
    """
    where = f"run {row['run_id']!r:.60}"
    _check(row, where, str, "run_id", "optimizer", "task", "status")
    for key, pattern in (("optimizer", NAME), ("task", NAME), ("run_id", _RUN_ID)):
        if not re.fullmatch(pattern, row[key]):
            raise StoreError(f"the {where} is damaged: {key} is {row[key]!r:.60}.")
    counted(row)
    shown = None if row["message"] is None else message(row["message"])
    return {**row, "config": tables.mapping(row["config"]), "message": shown}


def counted(row: Row) -> Row:
    """Return the row of a run, or some columns of it, if their numbers are numbers.

    Raises:
        StoreError: If one is not.
    """
    where = f"run {row['run_id']!r:.60}"
    _check(row, where, int, *(key for key in _INTEGERS if key in row))
    _check(row, where, float, *(key for key in _NUMBERS if key in row))
    return row


def problem(row: Row) -> dict[str, Any]:
    """Return a task's space, objectives, and best values.

    Raises:
        StoreError: If a value is not of the kind of its column.
    """
    where = f"task {row['task']!r:.60}"
    _check(row, where, float, "optimum", "best_known")
    space, objectives = tables.mapping(row["space"]), tables.from_json(row["objectives"])
    if not isinstance(space.get("parameters"), list):
        raise StoreError(f"the {where} is damaged: its space has no list of parameters.")
    if not (isinstance(objectives, list) and objectives and all(isinstance(one, str) for one in objectives)):
        raise StoreError(f"the {where} is damaged: its objectives are {objectives!r:.60}.")
    facts = Facts.from_json(tables.mapping(row["facts"]), objectives)
    return {**row, "space": space, "objectives": tuple(objectives), "facts": facts}


def trial(row: Row) -> dict[str, Any]:
    """Return a trial with the parameters that its values belong to.

    Raises:
        StoreError: If a value is not of the kind of its column.
    """
    where = f"trial {row['number']!r:.60} of the run {row['run_id']!r}"
    _check(row, where, int, "number", "round")
    _check(row, where, float, *(key for key in row if key.endswith(("_seconds", "_at", "cost"))))
    for key in ("told", "worker"):
        if row[key] is not None:
            _check(row, where, int, key)
    if (row["cost"] or 0.0) < 0:
        raise StoreError(f"the {where} is damaged: its cost is {row['cost']!r:.60}.")
    if any(not 0 <= (row[key] or 0) < _NEVER for key in ("started_at", "finished_at")):
        raise StoreError(f"the {where} is damaged: it ended at {row['finished_at']!r:.60}.")
    if row["status"] not in tables.TRIAL_STATUSES:
        raise StoreError(f"the {where} is damaged: its status is {row['status']!r:.60}.")
    costs = {key: None if row[key] is None else tables.mapping(row[key]) for key in ("profile", "fallbacks")}
    params, values, extras = (tables.mapping(row[key]) for key in ("params", "values", "extras"))
    _check(values, where, float, *values)
    for one in costs.values():
        _check(one or {}, where, float, *(one or {}))
        if one and None in one.values():
            raise StoreError(f"the {where} is damaged: a cost is absent.")
    params |= extras.pop(tables.EVALUATED_AT, None) or {}
    shown = None if row["message"] is None else message(row["message"])
    return {**row, "params": params, "values": values, "extras": extras, "message": shown, **costs}


def best_values(run: Row, problems: Mapping[str, Row]) -> dict[str, Any]:
    """Return what is minimized at the optimum of the task of a run, and at the best point known.

    Raises:
        StoreError: If the task is not stored.
    """
    if run["task"] not in problems:
        raise StoreError(f"the run {run['run_id']!r} is damaged: its task is not stored.")
    problem = problems[run["task"]]
    leading = problem["facts"].outcomes.objectives[0]
    found = {key: problem[key] for key in ("optimum", "best_known")}
    return {key: None if value is None else leading.minimized(value) for key, value in found.items()}


def spent_by(trials: Iterable[Row]) -> float:
    """Return what trials cost together; one that ended without a cost counts nothing."""
    return math.fsum(one["cost"] or 0.0 for one in trials)


def with_competing(trials: Sequence[Row], problem_of: Mapping[str, Row]) -> list[dict[str, Any]]:
    """Return the trials with a column `competes`: whether one may be the best of its run.

    Args:
        trials: In the order of their runs.
        problem_of: Id of a run -> its task.

    Raises:
        StoreError: If a space or a point with cheaper levels cannot be read.
    """
    found: list[dict[str, Any]] = []
    for run_id, rows in groupby(trials, key=lambda row: row["run_id"]):
        mine = list(rows)
        try:
            competes = _competing([row["params"] for row in mine], problem_of[run_id]["space"]["parameters"])
        except (HeboError, TypeError, ValueError, KeyError, AttributeError) as error:
            raise StoreError(f"the points of the run {run_id!r} are damaged: {error}.") from error
        found += [{**row, "competes": does} for row, does in zip(mine, competes, strict=True)]
    return found


def _competing(points: Sequence[dict[str, Any]], parameters: Sequence[Any]) -> list[bool]:
    if not any(isinstance(one, Mapping) and one.get("role") == "fidelity" for one in parameters):
        return [True] * len(points)
    from hebo.design_space.design_space import DesignSpace
    from hebo.experiment.store.frames import competing_points

    # Without constraints: their functions are those of a task that need not be loaded here.
    return competing_points(points, DesignSpace.from_json({"parameters": parameters}))


def check_whole(run: Row, trials: Sequence[Row]) -> None:
    """Refuse a run that is said to be finished, and lacks trials.

    Raises:
        StoreError: If it is one.
    """
    ended = [one for one in trials if one["number"] >= 0 and one["status"] not in tables.WITHOUT_RESULT]
    n_done = len(ended)
    is_short = n_done < run["n_trials"] and not is_spent(spent_by(ended), run["max_cost"])
    if run["status"] == tables.FINISHED and is_short:
        raise StoreError(
            f"the run {run['run_id']!r} is damaged: finished, with {n_done} of {run['n_trials']} trials."
        )


def _check(row: Row, where: str, kind: type, *keys: str) -> None:
    """Refuse values of another kind; a number may be absent, or whole where any number will do."""
    kinds = (int, float, type(None)) if kind is float else (kind,)
    for key in keys:
        if not isinstance(row[key], kinds) or isinstance(row[key], bool):
            raise StoreError(f"the {where} is damaged: {key} is {row[key]!r:.60}.")
