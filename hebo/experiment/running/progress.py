"""Progress counts: how far each optimizer is on each task, how fast, how long the rest will take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hebo.experiment.store import tables
from hebo.outcomes import Objective


@dataclass(frozen=True)
class Cell:
    """The runs of one optimizer on one task, over all seeds.

    Attributes:
        n_trials: Budget of all of them.
        n_done: Evaluations that ended, whichever way.
        n_bad: Those that ended neither `ok` nor `infeasible`.
        best: The best of a run of one objective (`hebo.experiment.store.leading`), as measured; None if there
            is none.
        hypervolume: The largest of a run of several; None if there is none, or no reference point is stated.
        spent: What the evaluations cost together.
        max_cost: What they may; None where nothing limits it.
        busy_seconds: Spent in asks and evaluations.
        states: Status -> number of runs.
    """

    task: str
    optimizer: str
    n_trials: int
    n_done: int
    n_bad: int
    best: float | None
    busy_seconds: float
    states: Mapping[str, int]
    hypervolume: float | None = None
    spent: float = 0.0
    max_cost: float | None = None

    @property
    def pace(self) -> float | None:
        """Mean seconds per trial; None before the first."""
        return self.busy_seconds / self.n_done if self.n_done else None

    @property
    def n_left(self) -> float:
        """Trials that are left: none once all runs are finished, and fewer where costs will end them."""
        if self.states and set(self.states) == {tables.FINISHED}:
            return 0.0
        left = float(self.n_trials - self.n_done)
        if self.max_cost is None or not self.spent:
            return left
        return min(left, max(0.0, self.max_cost - self.spent) / self.spent * self.n_done)

    @property
    def seconds_left(self) -> float | None:
        """Work that is left, in seconds of one worker; None before the first trial."""
        return None if self.pace is None else self.pace * self.n_left

    @property
    def share(self) -> float:
        """Done of all that is to be done, from 0 to 1."""
        if self.states and set(self.states) == {tables.FINISHED}:
            return 1.0
        spent = self.spent / self.max_cost if self.max_cost else 0.0
        return min(1.0, max(self.n_done / self.n_trials, spent))

    @property
    def trials_text(self) -> str:
        """How far it is, for people: trials, or the cost where that is limited."""
        if self.max_cost is None:
            return f"{self.n_done}/{self.n_trials}"
        return f"{self.n_done}, cost {self.spent:.4g}/{self.max_cost:.4g}"

    @property
    def best_text(self) -> str:
        """The best so far, for people."""
        return value_text(self.best) if self.hypervolume is None else f"hv {value_text(self.hypervolume)}"


def cells_of(
    rows: Iterable[Mapping[str, Any]], objectives: Mapping[str, Objective] | None = None
) -> list[Cell]:
    """Return one cell per task and optimizer, tasks outermost, in the order of the runs.

    Args:
        rows: Of the store.
        objectives: Task -> its leading objective; minimized where it is not named.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["task"], row["optimizer"]), []).append(row)
    tasks = list(dict.fromkeys(task for task, _ in groups))
    cells = [_cell(*key, groups[key]) for task in tasks for key in groups if key[0] == task]
    return [_as_measured(one, (objectives or {}).get(one.task)) for one in cells]


def _as_measured(cell: Cell, objective: Objective | None) -> Cell:
    if objective is None or cell.best is None:
        return cell
    return replace(cell, best=objective.measured(cell.best))


def eta(cells: Sequence[Cell], *, n_slots: int) -> float | None:
    """Return the seconds until all is done with `n_slots` runs at once; None while nothing is known.

    A cell without a finished trial counts with the mean pace of the others.
    """
    known = [cell.pace for cell in cells if cell.pace is not None]
    if not known:
        return None
    mean = sum(known) / len(known)
    work = sum((cell.pace or mean) * cell.n_left for cell in cells)
    return work / max(1, n_slots)


def seconds_text(seconds: float) -> str:
    """Return a duration as people write it: `42 s`, `3 min 05 s`, `2 h 07 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def value_text(value: float | None) -> str:
    """Return an objective value in six digits, or a dash."""
    return "-" if value is None else f"{value:.6g}"


def _cell(task: str, optimizer: str, rows: Sequence[Mapping[str, Any]]) -> Cell:
    return Cell(
        task=task,
        optimizer=optimizer,
        n_trials=sum(row["n_trials"] for row in rows),
        n_done=sum(row["n_done"] for row in rows),
        n_bad=sum(row["n_bad"] for row in rows),
        best=min((row["best"] for row in rows if row["best"] is not None), default=None),
        busy_seconds=sum(row["busy_seconds"] for row in rows),
        states=Counter(row["status"] for row in rows),
        hypervolume=max((row["hypervolume"] for row in rows if row["hypervolume"] is not None), default=None),
        spent=sum(row["spent"] or 0.0 for row in rows),
        max_cost=_sum_of([row["max_cost"] for row in rows]),
    )


def _sum_of(limits: Sequence[float | None]) -> float | None:
    """Return the sum of the limits of runs; None if one of them has none."""
    found = [one for one in limits if one is not None]
    return sum(found) if len(found) == len(limits) else None
