"""Stops, callbacks and the progress bar of a call that optimizes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hebo.experiment.running.progress import value_text
from hebo.experiment.running.run_loop import Watcher
from hebo.experiment.store import tables
from hebo.experiment.store.run_log import Outcome, Trial
from hebo.outcomes import Objective
from hebo.study.trials import StudyTrial

if TYPE_CHECKING:
    from hebo.base import Task


@dataclass
class Stops:
    """When a call ends, whatever comes first.

    Attributes:
        timeout: Seconds after which no more points are asked for; None: no limit.
        target: Measured value of the only objective that is good enough; None: none is.
        patience: Trials in a row without a better value; None: no limit.
    """

    timeout: float | None = None
    target: float | None = None
    patience: int | None = None


@dataclass
class StudyWatcher(Watcher):
    """Looks on at a run for the user.

    Attributes:
        stops: When to end.
        objectives: Of the study.
        n_trials: How many trials the study shall have.
        on_trial: Called with each trial that has ended.
        bar: Shows the progress.
        reason: Why the call ended before the budget was spent; None if it did not.
    """

    stops: Stops
    objectives: tuple[Objective, ...]
    n_trials: int
    on_trial: Sequence[Callable[[StudyTrial], Any]] = ()
    bar: Progress | None = None
    reason: str | None = None
    _began: float = field(default_factory=time.monotonic)
    _best: float | None = None
    _n_stalled: int = 0

    def began(self, task: Task, trials: Sequence[Trial]) -> None:
        """Count the trials that were there before."""
        done = [one for one in trials if one.status != tables.PENDING]
        for one in done:
            self._count(one)
        if self.bar is not None:
            self.bar.add_task("", total=self.n_trials, completed=len(done), best=self._best_text())

    def kept(self, trial: Trial, outcome: Outcome) -> None:
        """Count a trial, show it, and call the user's functions."""
        self._count(trial)
        if self.bar is not None:
            self.bar.update(self.bar.task_ids[0], advance=1, best=self._best_text())
        for function in self.on_trial:
            function(StudyTrial.of(trial, outcome.message))

    def stop(self, reason: str) -> None:
        """Ask for no more points."""
        self.reason = self.reason or reason

    def is_enough(self) -> bool:
        """Say whether one of the stops holds."""
        stops = self.stops
        if stops.timeout is not None and time.monotonic() - self._began >= stops.timeout:
            self.stop(f"timeout of {stops.timeout:g} s")
        if stops.patience is not None and self._n_stalled >= stops.patience:
            self.stop(f"no better value in {self._n_stalled} trials")
        if stops.target is not None and self._best is not None and self._best <= self._wanted(stops.target):
            self.stop(f"target {stops.target:g} reached")
        return self.reason is not None

    def _wanted(self, target: float) -> float:
        objective = self.objectives[0]
        return target if objective.target is not None else float(objective.minimized(target))

    def _count(self, trial: Trial) -> None:
        self._n_stalled += 1
        value = (trial.values or {}).get(self.objectives[0].name)
        if len(self.objectives) > 1 or trial.status != tables.OK or value is None:
            return
        minimized = float(self.objectives[0].minimized(value))
        if self._best is None or minimized < self._best:
            self._best, self._n_stalled = minimized, 0

    def _best_text(self) -> str:
        if self._best is None:
            return ""
        objective = self.objectives[0]
        text = value_text(objective.measured(self._best))
        unit = f" {objective.unit}" if objective.unit else ""
        return f"distance {text}{unit}" if objective.target is not None else f"best {text}{unit}"


def progress_bar(wanted: bool | None) -> Progress | None:
    """Return a progress bar on standard error; None where there is to be none.

    Args:
        wanted: None: only on a terminal.
    """
    if not (sys.stderr.isatty() if wanted is None else wanted):
        return None
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[best]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
