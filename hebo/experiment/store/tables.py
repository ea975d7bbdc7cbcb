"""Table definitions of the results store, and the JSON that fills them.

Everything nested is JSON text (never NaN: a missing number is `null`), every instant is seconds
since 1970 UTC, and every statement is plain SQL, so SQLite and PostgreSQL hold the same tables.
"""

from __future__ import annotations

import json
import math
from typing import Any

from sqlalchemy import Column, ColumnElement, Float, Integer, MetaData, String, Table, Text, null

from hebo.errors import StoreError

SCHEMA_VERSION = 5
OLDEST_READABLE = 2
"""Older stores, from this version on, are read as they are, and brought up to date when written to."""

# How a trial can stand. A pending trial was asked for and has no result yet; an infeasible one was measured
# like one that is ok, and breaks a constraint; one that was given up is not measured.
PENDING = "pending"
OK = "ok"
INFEASIBLE = "infeasible"
FAILED = "failed"
TIMED_OUT = "timed_out"
OUT_OF_MEMORY = "out_of_memory"
CRASHED = "crashed"
GIVEN_UP = "given_up"
TRIAL_STATUSES = (PENDING, OK, INFEASIBLE, FAILED, TIMED_OUT, OUT_OF_MEMORY, CRASHED, GIVEN_UP)
# Statuses of trials that have no result: they count as neither done nor failed.
WITHOUT_RESULT = (PENDING, GIVEN_UP)

# How a run can stand. A broken run is one whose optimizer failed; the next `hebo run` tries again.
WAITING = "waiting"
RUNNING = "running"
FINISHED = "finished"
BROKEN = "broken"
UNFINISHED = (WAITING, RUNNING, BROKEN)
RUN_STATUSES = (*UNFINISHED, FINISHED)

# The place of a run that the experiment no longer names: it is kept, and counted nowhere.
ASIDE = -1

# The column of information in which a task says which parameters had other values than asked for.
EVALUATED_AT = "moved"

# What follows the name of an objective in the column with the standard deviation of its noise.
SD = "_sd"
# What stands before the name of a parameter in the column with the derivatives by it.
GRADIENT = "gradient_"

# Of columns that older stores lack: the version since which they are there; absent values are NULL.
_SINCE_3 = {"since": 3}
_SINCE_4 = {"since": 4}

metadata = MetaData()

info = Table(
    "hebo_info",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

experiments = Table(
    "hebo_experiments",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("output", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("versions", Text, nullable=False),
    Column("created_at", Float, nullable=False),
)

problems = Table(
    "hebo_problems",
    metadata,
    Column("experiment", String(200), primary_key=True),
    Column("task", String(200), primary_key=True),
    Column("space", Text, nullable=False),
    Column("objectives", Text, nullable=False),
    Column("optimum", Float),
    Column("best_known", Float),
    Column("facts", Text, info=_SINCE_3),
)

runs = Table(
    "hebo_runs",
    metadata,
    Column("experiment", String(200), primary_key=True),
    Column("run_id", String(420), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("optimizer", String(200), nullable=False),
    Column("task", String(200), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("config", Text, nullable=False),
    Column("n_trials", Integer, nullable=False),
    Column("batch_size", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("message", Text),
    Column("n_done", Integer, nullable=False),
    Column("n_bad", Integer, nullable=False),
    Column("best", Float),
    Column("busy_seconds", Float, nullable=False),
    Column("owner", String(200)),
    Column("lease_until", Float),
    Column("started_at", Float),
    Column("updated_at", Float, nullable=False),
    Column("max_cost", Float, info=_SINCE_3),
    Column("spent", Float, info=_SINCE_3),
    Column("hypervolume", Float, info=_SINCE_3),
)

trials = Table(
    "hebo_trials",
    metadata,
    Column("experiment", String(200), primary_key=True),
    Column("run_id", String(420), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("round", Integer, nullable=False),
    Column("params", Text, nullable=False),
    Column("values", Text),
    Column("extras", Text),
    Column("status", String(16), nullable=False),
    Column("message", Text),
    Column("ask_seconds", Float),
    Column("tell_seconds", Float),
    Column("eval_seconds", Float),
    Column("overhead_seconds", Float),
    Column("ask_cpu_seconds", Float),
    Column("tell_cpu_seconds", Float),
    Column("profile", Text),
    Column("fallbacks", Text),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("cost", Float, info=_SINCE_3),
    # Place of its tell among all asks and tells of the run, where tells did not follow their asks.
    Column("told", Integer, info=_SINCE_4),
    Column("worker", Integer, info=_SINCE_4),
)

# What a campaign by hand knows, whole, as JSON; its rows in the other tables are derived from it. The table
# is there since version 5.
CAMPAIGNS_SINCE = 5
campaigns = Table(
    "hebo_campaigns",
    metadata,
    Column("experiment", String(200), primary_key=True),
    Column("document", Text, nullable=False),
    Column("saved_at", Float, nullable=False),
)


def is_newer(column: Column[Any], version: int) -> bool:
    """Say whether a column came after a version of the schema."""
    return int(column.info.get("since", 0)) > version


def as_of(table: Table, version: int) -> list[ColumnElement[Any]]:
    """Return the columns of a table, with NULL for those that a store of an older version lacks."""
    return [null().label(one.name) if is_newer(one, version) else one for one in table.columns]


def to_json(value: object) -> str:
    """Return compact JSON; NumPy values become plain ones, NaN and infinities become `null`.

    Raises:
        StoreError: If something in `value` has no JSON form.
    """
    return json.dumps(plain(value), allow_nan=False, separators=(",", ":"))


def from_json(text: str | None) -> Any:
    """Return what `to_json` wrote; an absent text is an empty mapping.

    Raises:
        StoreError: If the text is not JSON.
    """
    try:
        return {} if text is None else json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise StoreError(f"a row is damaged, {str(text)[:40]!r} is not JSON ({error}).") from error


def mapping(text: str | None) -> dict[str, Any]:
    """Return a mapping that `to_json` wrote; an absent text is an empty one.

    Raises:
        StoreError: If the text is not JSON, or something else.
    """
    found = from_json(text)
    if not isinstance(found, dict):
        raise StoreError(f"a row is damaged, {str(text)[:40]!r} is not a mapping.")
    return found


def plain(value: object) -> Any:
    """Return `value` made of mappings with text keys, lists and plain scalars only."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    to_list = getattr(value, "tolist", None)  # NumPy scalars and arrays, without importing NumPy
    if callable(to_list):
        return plain(to_list())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise StoreError(
        f"{value!r} of type {type(value).__name__} cannot be stored; use numbers, texts or lists."
    )
