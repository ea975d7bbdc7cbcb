"""Dispatch of runs: shared out to workers, with crashes recorded and stops obeyed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hebo.experiment.config.experiment import Experiment, runs_of
from hebo.experiment.config.locate import LOG
from hebo.experiment.config.parts import describe
from hebo.experiment.executors.base import CHANCES
from hebo.experiment.executors.stopping import STOP
from hebo.experiment.executors.worker_pool import WorkerDied, WorkerPool
from hebo.experiment.running.evaluation import outcome_of_death
from hebo.experiment.running.monitor import Monitor
from hebo.experiment.running.run_loop import Job, execute
from hebo.experiment.store import tables
from hebo.experiment.store.entries import Related
from hebo.experiment.store.leases import Owner
from hebo.experiment.store.run_log import LeaseLost, Outcome, RunLog
from hebo.experiment.store.store import Store
from hebo.experiment.texts import on_one_line

# How long a stop waits for evaluations that are under way; their points are kept either way.
GRACE_SECONDS = 10.0
_POLL_SECONDS = 0.5
# How often to look for runs that somebody else has left; own ones are taken on at once.
_LOOK_SECONDS = 3.0


def run(
    experiment: Experiment, store: Store, *, monitor: Monitor, related: Mapping[str, Related] | None = None
) -> bool:
    """Carry out all runs that are not finished; return whether all are, False after a stop.

    Args:
        experiment: Already recorded.
        store: From `record`.
        monitor: Shows the progress and keeps the leases.
        related: Label of a task -> the related tasks that its runs learn from.
    """
    owner = Owner.me()
    n_loops = experiment.executor.n_loops(experiment.n_workers)
    with experiment.executor.open(n_loops, log=Path(experiment.output) / LOG) as executor:
        dispatcher = _Dispatcher(experiment, store, owner, executor, monitor.say, related or {})
        try:
            with monitor.watching(owner):
                dispatcher.work()
        finally:
            dispatcher.end()
    return not store.unfinished()


@dataclass
class _Dispatcher:
    """One `hebo run` at work on the runs of an experiment."""

    experiment: Experiment
    store: Store
    owner: Owner
    executor: Executor
    say: Callable[[str], None]
    related: Mapping[str, Related] = field(default_factory=dict)
    active: dict[Future[str], str] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    waited_for: set[str] = field(default_factory=set)
    careful: set[str] = field(default_factory=set)
    deaths: Counter[tuple[str, int]] = field(default_factory=Counter)
    look_again: float = 0.0

    def __post_init__(self) -> None:
        self.specs = {one.run_id: one for one in runs_of(self.experiment)}
        self.n_loops = self.experiment.executor.n_loops(self.experiment.n_workers)

    def work(self) -> None:
        """Take runs as slots become free, until none is left or a stop is wanted."""
        while not STOP.is_set():
            self._fill()
            if self.active:
                self._take_results()
            elif self._left():
                self._wait_for_others()
            else:
                return

    def end(self) -> None:
        """Leave no worker and no lease behind."""
        if self.active and isinstance(self.executor, WorkerPool):
            self.executor.ask_to_stop()
            try:
                wait(self.active, timeout=GRACE_SECONDS)
            finally:
                self.executor.kill()
        self.store.release(self.owner)

    def _left(self) -> list[dict[str, Any]]:
        return [row for row in self.store.unfinished() if row["run_id"] not in self.given_up]

    def _wait_for_others(self) -> None:
        """Wait a little: somebody else is at work on the rest, and may finish it or die."""
        owners = {row["owner"] for row in self._left() if row["owner"]}
        for owner in sorted(owners - self.waited_for):
            found = Owner.parse(owner)
            host = on_one_line(found.host)
            self.say(f"Waiting for runs of another `hebo run` (process {found.pid} on {host}).")
        self.waited_for |= owners
        time.sleep(_POLL_SECONDS)

    def _fill(self) -> None:
        if time.monotonic() < self.look_again:
            return
        while len(self.active) < self.n_loops and not STOP.is_set():
            run_id = self.store.claim(self.owner, besides=self.given_up | set(self.active.values()))
            if run_id is None:
                self.look_again = time.monotonic() + _LOOK_SECONDS
                return
            self.active[self.executor.submit(execute, self._job(run_id))] = run_id

    def _job(self, run_id: str) -> Job:
        run = self.specs[run_id]
        return Job(
            url=self.experiment.store,
            experiment=self.experiment.name,
            run_id=run_id,
            owner=str(self.owner),
            optimizer=describe(run.optimizer.recipe),
            task=describe(run.task.recipe),
            label=run.task.label,
            seed=run.seed,
            n_trials=self.experiment.budget.n_trials,
            batch_size=self.experiment.budget.batch_size,
            trial_seconds=self.experiment.limits.trial_seconds,
            hard_limit=self.experiment.executor.survives_crashes,
            initial_trials=self.experiment.initial_trials,
            max_cost=self.experiment.budget.cost,
            related=self.related.get(run.task.label, ()),
            n_workers=self.experiment.n_workers,
            executor=describe(self.experiment.executor) if self.experiment.n_workers > 1 else None,
            log=str(Path(self.experiment.output) / LOG),
            is_careful=run_id in self.careful,
        )

    def _take_results(self) -> None:
        done, _ = wait(self.active, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            self.look_again = 0.0
            run_id = self.active.pop(future)
            try:
                status = future.result()
            except WorkerDied as death:
                if not STOP.is_set():
                    self._record_crash(run_id, death)
            else:
                if status == tables.BROKEN:
                    self.given_up.add(run_id)

    def _record_crash(self, run_id: str, death: WorkerDied) -> None:
        """Find out what is to blame, and let the run go on unless it is the optimizer."""
        log = self.store.log(run_id, self.owner)
        try:
            if self.experiment.n_workers == 1 or run_id in self.careful:
                self._blame_trial(run_id, log, death)
            elif self.experiment.executor.is_apart:
                self._count_death(run_id, log, death)
            else:
                self.careful.add(run_id)
                log.give_back(tables.WAITING)
        except LeaseLost:
            pass  # another `hebo run` thinks us dead and has taken the run over

    def _blame_trial(self, run_id: str, log: RunLog, death: WorkerDied) -> None:
        """Blame the evaluation that was under way; where there were several, they come again one by one."""
        underway = log.underway()
        if not underway:
            self._record_early_crash(run_id, log, death)
            return
        if len(underway) == 1:
            number, started = underway[0]
            limit = self.experiment.limits.trial_seconds
            verdict = outcome_of_death(death, time.time() - started, limit)
            log.finish(number, verdict, best=log.read()["best"])
        log.give_back(tables.WAITING)

    def _count_death(self, run_id: str, log: RunLog, death: WorkerDied) -> None:
        """Give a run whose loop died apart from all evaluations three chances without any progress."""
        n_done = int(log.read()["n_done"])
        self.deaths[run_id, n_done] += 1
        if self.deaths[run_id, n_done] < CHANCES:
            log.give_back(tables.WAITING)
            return
        self.given_up.add(run_id)
        log.give_back(tables.BROKEN, f"{death} {CHANCES} times outside of an evaluation (see {LOG})")

    def _record_early_crash(self, run_id: str, log: RunLog, death: WorkerDied) -> None:
        """Give a trial that a worker died before three chances; without one, the optimizer is to blame."""
        pending = [one.number for one in log.trials() if one.status == tables.PENDING]
        if not pending:
            self.given_up.add(run_id)
            log.give_back(tables.BROKEN, f"{death} outside of an evaluation (see {LOG})")
            return
        self.deaths[run_id, pending[0]] += 1
        if self.deaths[run_id, pending[0]] == CHANCES:
            text = f"{death} {CHANCES} times on the way to the evaluation (see {LOG})"
            outcome = Outcome(tables.CRASHED, {}, {}, text)
            log.finish(pending[0], outcome, best=log.read()["best"])
        log.give_back(tables.WAITING)
