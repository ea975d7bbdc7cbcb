"""How an experiment enters a store, and how it is recognised when it comes again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, insert, or_, select, update

from hebo.errors import ConfigError
from hebo.experiment import tables
from hebo.experiment.tables import experiments, problems, runs
from hebo.experiment.versions import installed_versions


@dataclass(frozen=True)
class NewRun:
    """A run to be registered; the columns of `tables.runs` that the YAML decides."""

    run_id: str
    optimizer: str
    task: str
    seed: int
    n_trials: int
    batch_size: int
    config: Mapping[str, Any]


@dataclass(frozen=True)
class NewProblem:
    """A task to be registered: its design space as JSON, its objectives, its known or best known optimum."""

    task: str
    space: Any
    objectives: tuple[str, ...]
    optimum: float | None
    best_known: float | None = None


@dataclass(frozen=True)
class Entries:
    """All runs, in order, and all tasks of an experiment."""

    runs: tuple[NewRun, ...]
    problems: tuple[NewProblem, ...]


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
        """Insert the experiment, or check it against the stored one and extend its budget."""
        same = or_(experiments.c.name == self.name, experiments.c.output == self.output)
        stored = connection.execute(select(experiments).where(same)).mappings().first()
        if stored is None:
            self._insert(connection)
        else:
            self._compare(dict(stored))
            self._extend(connection)

    def _insert(self, connection: Connection) -> None:
        now = time.time()
        row = {
            "name": self.name,
            "output": self.output,
            "config": tables.to_json(self.content),
            "versions": tables.to_json(installed_versions()),
            "created_at": now,
        }
        connection.execute(insert(experiments).values(row))
        connection.execute(insert(problems), [_problem_row(self.name, one) for one in self.entries.problems])
        rows = [_run_row(self.name, place, one, now) for place, one in enumerate(self.entries.runs)]
        connection.execute(insert(runs), rows)

    def _compare(self, stored: Mapping[str, Any]) -> None:
        old = {"name": stored["name"], **tables.from_json(stored["config"])}
        new = {"name": self.name, **tables.plain(dict(self.content))}
        n_old, n_new = old["budget"].pop("n_trials"), new["budget"].pop("n_trials")
        difference = first_difference(old, new)
        if difference is None and n_new < n_old:
            difference = f"budget.n_trials may only grow: stored {n_old}, given {n_new}"
        if difference is not None:
            raise ConfigError(
                f"The store {self.url} holds another experiment under this name or output "
                f"({difference}); choose another `name` and `output`, or restore the old value."
            )

    def _extend(self, connection: Connection) -> None:
        here = experiments.c.name == self.name
        changed = {"config": tables.to_json(self.content), "output": self.output}
        connection.execute(update(experiments).where(here).values(**changed))
        n_trials = self.entries.runs[0].n_trials
        shorter = and_(runs.c.experiment == self.name, runs.c.n_trials < n_trials)
        status = case((runs.c.status == tables.FINISHED, tables.WAITING), else_=runs.c.status)
        longer = {"n_trials": n_trials, "status": status, "updated_at": time.time()}
        connection.execute(update(runs).where(shorter).values(**longer))


def first_difference(old: object, new: object, path: str = "") -> str | None:
    """Return where two configurations differ first, with both values; None if they agree."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            inner = f"{path}.{key}" if path else str(key)
            if key not in old or key not in new:
                side = "not stored, but given" if key in new else "stored, but not given"
                return f"{inner} is {side}"
            if found := first_difference(old[key], new[key], inner):
                return found
        return None
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        found_all = (first_difference(a, b, f"{path}[{place}]") for place, (a, b) in pairs)
        return next((found for found in found_all if found), None)
    return None if old == new else f"{path}: stored {_short(old)}, given {_short(new)}"


def _short(value: object) -> str:
    text = tables.to_json(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _problem_row(experiment: str, problem: NewProblem) -> dict[str, Any]:
    return {
        "experiment": experiment,
        "task": problem.task,
        "space": tables.to_json(problem.space),
        "objectives": tables.to_json(problem.objectives),
        "optimum": problem.optimum,
        "best_known": problem.best_known,
    }


def _run_row(experiment: str, position: int, run: NewRun, now: float) -> dict[str, Any]:
    return {
        "experiment": experiment,
        "run_id": run.run_id,
        "position": position,
        "optimizer": run.optimizer,
        "task": run.task,
        "seed": run.seed,
        "config": tables.to_json(run.config),
        "n_trials": run.n_trials,
        "batch_size": run.batch_size,
        "status": tables.WAITING,
        "n_done": 0,
        "n_bad": 0,
        "busy_seconds": 0.0,
        "updated_at": now,
    }
