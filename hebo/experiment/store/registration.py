"""Registration of an experiment in a store, and how it grows when it comes again.

Runs are independent of one another. Those that are stored are kept, with their trials; those that are new
are added; a run that the experiment no longer names is put aside, at the position `ASIDE`. What is refused
is a stored run that now has other settings.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, insert, select, text, update

from hebo.errors import ConfigError
from hebo.experiment.store import tables
from hebo.experiment.store.differences import StoredRun, problem_difference, run_difference
from hebo.experiment.store.entries import Entries, NewProblem, NewRun, initial_trials_in
from hebo.experiment.store.stored import counted
from hebo.experiment.store.tables import ASIDE, experiments, problems, runs
from hebo.experiment.store.versions import installed_versions


@dataclass(frozen=True)
class Registration:
    """An experiment about to be recorded.

    Attributes:
        name: Of the experiment.
        url: Of the store, for messages.
        output: Folder of the experiment.
        content: What makes the experiment what it is.
        entries: Its runs and tasks.
    """

    name: str
    url: str
    output: str
    content: Mapping[str, Any]
    entries: Entries

    def write(self, connection: Connection) -> None:
        """Add to the store what it lacks, after a check that what it has is the same.

        Raises:
            ConfigError: If another experiment has the output, or a stored run or task has other settings.
        """
        _take_turns(connection)
        self._check_output(connection)
        initial_trials = self._write_experiment(connection)
        self._write_problems(connection)
        self._write_runs(connection, initial_trials)

    def _check_output(self, connection: Connection) -> None:
        others = and_(experiments.c.output == self.output, experiments.c.name != self.name)
        other = connection.execute(select(experiments.c.name).where(others)).scalar()
        if other is not None:
            raise ConfigError(
                f"name: the output '{self.output}' belongs to the experiment '{other}' of the store "
                f"{self.url}, not to '{self.name}'; choose another `output`, or restore the name."
            )

    def _write_experiment(self, connection: Connection) -> int:
        """Insert the experiment or bring its row up to date; return its initial trials so far."""
        here = experiments.c.name == self.name
        stored = connection.execute(select(experiments.c.config).where(here)).scalar()
        changed = {"output": self.output, "config": tables.to_json(self.content)}
        if stored is not None:
            connection.execute(update(experiments).where(here).values(**changed))
            return int(initial_trials_in(tables.mapping(stored)))
        versions = tables.to_json(installed_versions())
        row = {"name": self.name, **changed, "versions": versions, "created_at": time.time()}
        connection.execute(insert(experiments).values(row))
        return 0

    def _write_problems(self, connection: Connection) -> None:
        query = select(problems).where(problems.c.experiment == self.name)
        stored = {row["task"]: dict(row) for row in connection.execute(query).mappings()}
        rows = {one.task: _problem_row(self.name, one) for one in self.entries.problems}
        for task, row in rows.items():
            if task in stored and (found := problem_difference(stored[task], row)):
                raise ConfigError(
                    f"The task '{task}' is in the store {self.url} with another problem ({found}); give it "
                    "a `label` of its own, choose another `name` and `output`, or restore the old one."
                )
        if new := [row for task, row in rows.items() if task not in stored]:
            connection.execute(insert(problems), new)
        for task, row in rows.items():  # a task may come to know more of itself, and an older store knew less
            if task in stored and stored[task]["facts"] != row["facts"]:
                here = and_(problems.c.experiment == self.name, problems.c.task == task)
                connection.execute(update(problems).where(here).values(facts=row["facts"]))

    def _write_runs(self, connection: Connection, initial_trials: int) -> None:
        query = select(runs).where(runs.c.experiment == self.name)
        stored = {row["run_id"]: dict(counted(dict(row))) for row in connection.execute(query).mappings()}
        self._compare([StoredRun(row, initial_trials) for row in stored.values()])
        now, config = time.time(), {"versions": installed_versions()}
        rows = {
            one.run_id: _run_row(self.name, place, one, now, config)
            for place, one in enumerate(self.entries.runs)
        }
        if new := [row for run_id, row in rows.items() if run_id not in stored]:
            connection.execute(insert(runs), new)
        places = {run_id: row["position"] for run_id, row in rows.items()}
        misplaced = [
            {"p_id": run_id, "p_position": places.get(run_id, ASIDE)}
            for run_id, row in sorted(stored.items())  # in one order, so that two at once cannot lock up
            if row["position"] != places.get(run_id, ASIDE)
        ]
        if misplaced:
            connection.execute(_move(self.name), misplaced)
        self._extend(connection, [row for run_id, row in sorted(stored.items()) if run_id in rows])

    def _compare(self, stored: Sequence[StoredRun]) -> None:
        """Refuse a run whose settings are not those it is stored with."""
        by_id = {one.run_id: one for one in stored}
        for run in self.entries.runs:
            if run.run_id in by_id and (found := run_difference(by_id[run.run_id], run, stored)):
                raise ConfigError(
                    f"The run {run.run_id} is in the store {self.url} with another setting ({found.text}); "
                    f"{found.remedy}, or restore the old value."
                )

    def _extend(self, connection: Connection, kept: Sequence[Mapping[str, Any]]) -> None:
        """Let runs go on whose budget has grown."""
        first = self.entries.runs[0]
        budget = {"n_trials": first.n_trials, "max_cost": first.max_cost}
        shorter = [
            {"p_id": row["run_id"]} for row in kept if any(row[key] != value for key, value in budget.items())
        ]
        if not shorter:
            return
        status = case((runs.c.status == tables.FINISHED, tables.WAITING), else_=runs.c.status)
        longer = {**budget, "status": status, "updated_at": time.time()}
        connection.execute(update(runs).where(_one_run(self.name)).values(**longer), shorter)


def _take_turns(connection: Connection) -> None:
    """Let one registration at a time look and write; SQLite's transactions do so by themselves."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {experiments.name} IN SHARE ROW EXCLUSIVE MODE"))


def _one_run(experiment: str) -> Any:
    return and_(runs.c.experiment == experiment, runs.c.run_id == bindparam("p_id"))


def _move(experiment: str) -> Any:
    values = {"position": bindparam("p_position"), "updated_at": time.time()}
    return update(runs).where(_one_run(experiment)).values(**values)


def _problem_row(experiment: str, problem: NewProblem) -> dict[str, Any]:
    values = {key: getattr(problem, key) for key in ("task", "optimum", "best_known")}
    texts = {key: tables.to_json(getattr(problem, key)) for key in ("space", "objectives")}
    facts = tables.to_json(problem.facts.to_json())
    return {"experiment": experiment, **values, **texts, "facts": facts}


def _run_row(
    experiment: str, position: int, run: NewRun, now: float, config: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "experiment": experiment,
        "position": position,
        **asdict(run),
        "config": tables.to_json({**run.config, **config}),
        "status": tables.WAITING,
        "n_done": 0,
        "n_bad": 0,
        "busy_seconds": 0.0,
        "spent": 0.0,
        "updated_at": now,
    }
