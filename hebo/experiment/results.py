"""What an experiment has found so far, as tables: the one thing reports and analyses read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hebo.errors import StoreError

if TYPE_CHECKING:
    from pandas import DataFrame
    from sqlalchemy import Engine, Table

RUN_COLUMNS = (
    "run_id",
    "optimizer",
    "task",
    "seed",
    "status",
    "n_trials",
    "batch_size",
    "optimum",
    "best_known",
    "config",
    "message",
)
TRIAL_COLUMNS = (
    "run_id",
    "number",
    "round",
    "params",
    "values",
    "extras",
    "status",
    "message",
    "ask_seconds",
    "tell_seconds",
    "eval_seconds",
    "overhead_seconds",
    "ask_cpu_seconds",
    "tell_cpu_seconds",
    "profile",
    "fallbacks",
    "competes",
    "started_at",
    "finished_at",
)


@dataclass(frozen=True)
class Results:
    """A snapshot of a store.

    Attributes:
        runs: One row per run (optimiser x task x seed), in the order of the YAML: `run_id`,
            `optimizer` and `task` (labels), `seed`, `status` (waiting | running | finished | broken),
            `n_trials` (the budget), `batch_size`, `optimum` (NaN where unknown), `best_known` (the
            optimum, or the task's best known value at that time, or NaN), `config` (dict with the recipes),
            `message`.
        trials: One row per trial, ordered by run and `number` (from 0; below 0 and in round -1 if it was
            told before the first ask): `round`, `params` (dict, natural units; of a task that says where its
            values were found, these), `values` (dict objective or constraint -> float or None), `extras`
            (dict), `status`
            (pending | ok | infeasible | failed | timed_out | out_of_memory | crashed), `message` (of an
            infeasible one: the constraints it breaks), and seconds:
            `ask_seconds` and `tell_seconds` (wall time of the round divided by its points),
            `eval_seconds` (wall time), `overhead_seconds` (CPU time of the runner itself),
            `ask_cpu_seconds` and `tell_cpu_seconds` (CPU time of the round divided by its points, that
            of other processes the optimiser uses included), `started_at`, `finished_at` (since 1970
            UTC). With the first trial of each round, None with the others: `profile` (phase of the ask ->
            CPU seconds of the whole ask) and `fallbacks` (reason -> how often). `competes`: whether it may be
            the best of its run, which one at a cheaper fidelity may not.
        spaces: Task label -> the design space as JSON.
        objectives: Task label -> names of its objectives, the first one leading.
        name: Name of the experiment.
        suite: What it is a part of.
        part: "tuning" or "reporting" for half of a split suite, else None.
        versions: Package -> version when it was recorded.
    """

    runs: DataFrame
    trials: DataFrame
    spaces: Mapping[str, Any]
    name: str
    objectives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    suite: str = ""
    part: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


def load_results(source: str | Path, *, name: str | None = None) -> Results:
    """Read an experiment from its store.

    Args:
        source: A store URL, a run folder, or the YAML of the experiment.
        name: Name of the experiment; needed only where a store holds several.

    Raises:
        StoreError: If there is no store, or it does not hold the experiment.
        ConfigError: If the YAML that names the store cannot be read.
    """
    from hebo.experiment.database import open_engine
    from hebo.experiment.locate import find_store

    url, found = find_store(source)
    engine = open_engine(url, create=False)
    try:
        return _read(engine, name or found)
    finally:
        engine.dispose()


def _read(engine: Engine, name: str | None) -> Results:
    from hebo.experiment import tables

    name = _choose(engine, name)
    (recorded,) = _rows(engine, tables.experiments, name, key="name")
    content = tables.from_json(recorded["config"])
    problems = {row["task"]: row for row in _rows(engine, tables.problems, name)}
    runs = [
        row
        | {key: problems[row["task"]][key] for key in ("optimum", "best_known")}
        | {"config": tables.from_json(row["config"])}
        for row in sorted(_rows(engine, tables.runs, name), key=lambda row: row["position"])
    ]
    trials = [_as_found(row) for row in _rows(engine, tables.trials, name)]
    _mark_competing(trials, runs, problems)
    order = {row["run_id"]: row["position"] for row in runs}
    trials.sort(key=lambda row: (order[row["run_id"]], row["number"]))
    return Results(
        runs=_frame(runs, RUN_COLUMNS, {"optimum": "float64", "best_known": "float64"}),
        trials=_frame(trials, TRIAL_COLUMNS, _SECONDS),
        spaces={task: tables.from_json(row["space"]) for task, row in problems.items()},
        objectives={task: tuple(tables.from_json(row["objectives"])) for task, row in problems.items()},
        name=name,
        suite=content.get("suite", name),
        part=content.get("part"),
        versions=tables.from_json(recorded["versions"]),
    )


def _mark_competing(
    trials: list[dict[str, Any]], runs: list[dict[str, Any]], problems: Mapping[str, dict[str, Any]]
) -> None:
    """Say of every trial whether it may be the best of its run."""
    task_of = {row["run_id"]: row["task"] for row in runs}
    for task, problem in problems.items():
        mine = [row for row in trials if task_of[row["run_id"]] == task]
        for row, does in zip(mine, _competing(mine, problem["space"]), strict=True):
            row["competes"] = does


def _competing(trials: list[dict[str, Any]], space: str) -> list[bool]:
    from hebo.experiment import tables

    parameters = tables.from_json(space)["parameters"]
    if not any(one.get("role") == "fidelity" for one in parameters):
        return [True] * len(trials)
    from hebo.design_space.design_space import DesignSpace
    from hebo.experiment.frames import competing_points

    # Without its constraints, whose functions are those of a task that need not be loaded here.
    return competing_points(
        [row["params"] for row in trials], DesignSpace.from_json({"parameters": parameters})
    )


def _as_found(row: dict[str, Any]) -> dict[str, Any]:
    """Return a trial with the parameters that its values belong to."""
    from hebo.experiment import tables

    params, values, extras = (tables.from_json(row[key]) for key in ("params", "values", "extras"))
    params |= extras.pop(tables.MOVED, None) or {}
    costs = {
        key: None if row[key] is None else tables.from_json(row[key]) for key in ("profile", "fallbacks")
    }
    return row | {"params": params, "values": values, "extras": extras} | costs


# A column of nothing but None would otherwise have the dtype `object`.
_SECONDS = {column: "float64" for column in TRIAL_COLUMNS if column.endswith(("_seconds", "_at"))}


def _frame(rows: list[dict[str, Any]], columns: tuple[str, ...], dtypes: Mapping[str, str]) -> DataFrame:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=list(columns)).astype(dict(dtypes))
    # As `object`, so that a message that is absent stays None and does not become NaN.
    frame["message"] = pd.Series([row["message"] for row in rows], dtype=object)
    return frame


def _choose(engine: Engine, name: str | None) -> str:
    from sqlalchemy import select

    from hebo.experiment import tables

    with engine.connect().execution_options(hebo_read=True) as connection:
        names: list[str] = list(connection.execute(select(tables.experiments.c.name)).scalars())
    if name is None and len(names) == 1:
        return names[0]
    if name is not None and name in names:
        return name
    wanted = "an experiment" if name is None else f"'{name}'"
    raise StoreError(f"The store cannot tell which is {wanted}; it holds: {', '.join(names) or 'nothing'}.")


def _rows(engine: Engine, table: Table, name: str, *, key: str = "experiment") -> list[dict[str, Any]]:
    from sqlalchemy import select

    with engine.connect().execution_options(hebo_read=True) as connection:
        query = select(table).where(table.c[key] == name)
        return [dict(row) for row in connection.execute(query).mappings()]
