"""Results of an experiment so far, as data frames: the one thing reports and analyses read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Engine, Table, select

from hebo.errors import HeboError, StoreError
from hebo.experiment.config.locate import find_store, recipes_of
from hebo.experiment.store import stored, tables
from hebo.experiment.store.database import reading, version_of
from hebo.experiment.store.entries import Facts, outcomes_in
from hebo.outcomes import Outcomes

if TYPE_CHECKING:
    from pandas import DataFrame

    from hebo.design_space.design_space import DesignSpace

RUN_COLUMNS = (
    "run_id",
    "optimizer",
    "task",
    "seed",
    "status",
    "n_trials",
    "batch_size",
    "max_cost",
    "optimum",
    "best_known",
    "config",
    "message",
)
TRIAL_COLUMNS = (*(one.name for one in tables.trials.columns if one.name != "experiment"), "competes")
_MAX_NAMED = 10


@dataclass(frozen=True)
class Results:
    """A snapshot of a store.

    Attributes:
        runs: One row per run (optimizer x task x seed), in the order of the YAML: `run_id`,
            `optimizer` and `task` (labels), `seed`, `status` (waiting | running | finished | broken),
            `n_trials` (the budget), `batch_size`, `max_cost` (the budget of costs, NaN where there is none),
            `optimum` (what is minimized there, NaN where unknown), `best_known` (the
            same, or that of the task's best known value at that time, or NaN), `config` (dict with the
            recipes), `message`.
        trials: One row per trial, ordered by run and `number` (from 0; below 0 and in round -1 if it was
            told before the first ask): `round`, `params` (dict, natural units; of a task that says where its
            values were found, these), `values` (dict objective or constraint -> float or None, as
            measured), `extras` (dict), `status`
            (pending | ok | infeasible | failed | timed_out | out_of_memory | crashed | given_up), `message`
            (of an infeasible one: the constraints it breaks), and seconds:
            `ask_seconds` and `tell_seconds` (wall time of the round divided by its points),
            `eval_seconds` (wall time), `overhead_seconds` (CPU time of the runner itself),
            `ask_cpu_seconds` and `tell_cpu_seconds` (CPU time of the round divided by its points, that
            of other processes the optimizer uses included), `started_at`, `finished_at` (since 1970
            UTC). With the first trial of each round, None with the others: `profile` (phase of the ask ->
            CPU seconds of the whole ask) and `fallbacks` (reason -> how often). `competes`: whether it may be
            the best of its run, which one at a cheaper fidelity may not. `cost`: of the evaluation, as the
            task says; NaN where it says none. Of a run with several workers, `worker` is the number of the
            one that evaluated it, from 0, and `told` the place of its tell among all asks and tells of the
            run; NaN elsewhere, and where each tell followed its ask.
        spaces: Task label -> the design space as JSON.
        objectives: Task label -> names of its objectives, the first one leading.
        facts: Task label -> what else is known of it, goals and units among it: `store.entries.Facts`.
        name: Name of the experiment.
        suite: What it is a part of.
        part: "tuning" or "reporting" for half of a split suite, else None.
        versions: Package -> version when it was recorded.
        aside: Ids of runs that the experiment has named before and names no longer; they are kept in the
            store, and in none of the tables.
        recipes: Task label -> its recipe in the experiment's own file, `resolved.yaml`; empty without one.
        kind: "study" of what was made by `hebo.minimize` or `Study`, "campaign" of what is asked and told by
            hand, else "experiment".
    """

    runs: DataFrame
    trials: DataFrame
    spaces: Mapping[str, Any]
    name: str
    objectives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: Mapping[str, Facts] = field(default_factory=dict)
    suite: str = ""
    part: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    aside: tuple[str, ...] = ()
    recipes: Mapping[str, Any] = field(default_factory=dict)
    kind: Literal["experiment", "study", "campaign"] = "experiment"

    def outcomes_of(self, task: str) -> Outcomes:
        """Return goals, units and limits of what a task measures."""
        return outcomes_in(self.facts.get(task, Facts()), self.objectives[task])

    def space_of(self, task: str) -> DesignSpace:
        """Return the space of a task, without constraints: their functions need not be loaded here.

        Raises:
            StoreError: If what is stored is no space.
        """
        from hebo.design_space.design_space import DesignSpace

        try:
            return DesignSpace.from_json({"parameters": self.spaces[task]["parameters"]})
        except (HeboError, TypeError, ValueError, KeyError, AttributeError) as error:
            raise StoreError(
                f"The results of '{self.name}' are damaged: the space of the task '{task}' cannot be read "
                f"({error}); restore a copy of the store, or run again in another `output`."
            ) from error


def load_results(
    source: str | Path, *, name: str | None = None, runs: Collection[str] | None = None
) -> Results:
    """Read an experiment from its store: the runs that it named when `hebo run` last began.

    Args:
        source: A store URL, a run folder, or the YAML of the experiment.
        name: Name of the experiment; needed only where a store holds several.
        runs: Ids of the runs to read in place of those.

    Raises:
        StoreError: If there is no store, it does not hold the experiment, or it is damaged.
        ConfigError: If the YAML that names the store cannot be read.
    """
    url, found = find_store(source)
    with reading(url) as engine:
        return replace(_read(engine, name or found, runs), recipes=recipes_of(source))


def _read(engine: Engine, name: str | None, wanted: Collection[str] | None) -> Results:
    name = _choose(engine, name)
    (recorded,) = _rows(engine, tables.experiments, name, key="name")
    content, versions = tables.mapping(recorded["config"]), tables.mapping(recorded["versions"])
    found = sorted((stored.run(row) for row in _rows(engine, tables.runs, name)), key=_place)
    named = [one for one in found if (_place(one) >= 0 if wanted is None else one["run_id"] in wanted)]
    order = {one["run_id"]: place for place, one in enumerate(named)}
    problems = {
        row["task"]: stored.problem(row)
        for row in _rows(engine, tables.problems, name)
        if row["task"] in {one["task"] for one in named}
    }
    trials = [stored.trial(row) for row in _rows(engine, tables.trials, name) if row["run_id"] in order]
    trials.sort(key=lambda row: (order[row["run_id"]], row["number"]))
    by_run = {run_id: list(rows) for run_id, rows in groupby(trials, key=lambda row: row["run_id"])}
    for one in named:
        stored.check_whole(one, by_run.get(one["run_id"], []))
    runs = [one | stored.best_values(one, problems) for one in named]
    trials = stored.with_competing(trials, {one["run_id"]: problems[one["task"]] for one in named})
    return Results(
        runs=_frame(runs, RUN_COLUMNS, dict.fromkeys(("max_cost", "optimum", "best_known"), "float64")),
        trials=_frame(trials, TRIAL_COLUMNS, _NUMBERS),
        spaces={task: one["space"] for task, one in problems.items()},
        objectives={task: one["objectives"] for task, one in problems.items()},
        facts={task: one["facts"] for task, one in problems.items()},
        name=name,
        suite=str(content.get("suite", name)),
        part=content.get("part"),
        versions=versions,
        aside=tuple(one["run_id"] for one in found if _place(one) < 0),
        kind=_kind_of(content),
    )


def _kind_of(content: Mapping[str, Any]) -> Literal["experiment", "study", "campaign"]:
    """Return what a store says it holds; stores from before there were kinds hold experiments."""
    found = content.get("kind")
    return "study" if found == "study" else "campaign" if found == "campaign" else "experiment"


def about_aside(results: Results) -> str:
    """Return what to say of the runs that are kept and not counted; nothing if there are none."""
    n = len(results.aside)
    if not n:
        return ""
    runs = f"{n} runs are" if n > 1 else "1 run is"
    named = ", ".join(results.aside[:_MAX_NAMED]) + (", ..." if n > _MAX_NAMED else "")
    return f"{runs} kept that {results.name} no longer names, and not counted: {named}"


def _place(run: Mapping[str, Any]) -> int:
    return int(run["position"])


_ENDS = ("_seconds", "_at", "cost", "told", "worker")
# A column of nothing but None would otherwise have the dtype `object`.
_NUMBERS = {column: "float64" for column in TRIAL_COLUMNS if column.endswith(_ENDS)}


def _frame(rows: list[dict[str, Any]], columns: tuple[str, ...], dtypes: Mapping[str, str]) -> DataFrame:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=list(columns)).astype(dict(dtypes))
    # As `object`, so that a message that is absent stays None and does not become NaN.
    frame["message"] = pd.Series([row["message"] for row in rows], dtype=object)
    return frame


def _choose(engine: Engine, name: str | None) -> str:
    with engine.connect().execution_options(hebo_read=True) as connection:
        names: list[str] = list(connection.execute(select(tables.experiments.c.name)).scalars())
    if name is None and len(names) == 1:
        return names[0]
    if name is not None and name in names:
        return name
    wanted = "an experiment" if name is None else f"'{name}'"
    raise StoreError(f"The store cannot tell which is {wanted}; it holds: {', '.join(names) or 'nothing'}.")


def _rows(engine: Engine, table: Table, name: str, *, key: str = "experiment") -> list[dict[str, Any]]:
    with engine.connect().execution_options(hebo_read=True) as connection:
        columns = tables.as_of(table, version_of(connection))
        query = select(*columns).where(table.c[key] == name)
        return [dict(row) for row in connection.execute(query).mappings()]
