"""Progress counts: how far each optimiser is on each task, how fast, how long the rest will take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cell:
    """The runs of one optimiser on one task, over all seeds.

    Attributes:
        n_trials: Budget of all of them.
        n_done: Evaluations that ended, whichever way.
        n_bad: Those that ended neither `ok` nor `infeasible`.
        best: Smallest value of the leading objective; None if there is none.
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

    @property
    def pace(self) -> float | None:
        """Mean seconds per trial; None before the first."""
        return self.busy_seconds / self.n_done if self.n_done else None

    @property
    def seconds_left(self) -> float | None:
        """Work that is left, in seconds of one worker; None before the first trial."""
        return None if self.pace is None else self.pace * (self.n_trials - self.n_done)


def cells_of(rows: Iterable[Mapping[str, Any]]) -> list[Cell]:
    """Return one cell per task and optimiser, tasks outermost, in the order of the runs."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["task"], row["optimizer"]), []).append(row)
    tasks = list(dict.fromkeys(task for task, _ in groups))
    return [_cell(*key, groups[key]) for task in tasks for key in groups if key[0] == task]


def eta(cells: Sequence[Cell], *, n_slots: int) -> float | None:
    """Return the seconds until all is done with `n_slots` runs at once; None while nothing is known.

    A cell without a finished trial counts with the mean pace of the others.
    """
    known = [cell.pace for cell in cells if cell.pace is not None]
    if not known:
        return None
    mean = sum(known) / len(known)
    work = sum((cell.pace or mean) * (cell.n_trials - cell.n_done) for cell in cells)
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
    )
