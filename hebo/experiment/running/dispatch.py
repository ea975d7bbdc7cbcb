"""From an experiment to its results: check it, record it, share its runs out, survive what happens."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from hebo.design_space.table_space import TableSpace
from hebo.errors import ConfigError, HeboError, MissingExtraError
from hebo.experiment import tables
from hebo.experiment.config import Experiment, content_of, describe_experiment, runs_of
from hebo.experiment.files import check_folder, write
from hebo.experiment.leases import Owner
from hebo.experiment.locate import LOG, RESOLVED
from hebo.experiment.monitor import Monitor
from hebo.experiment.parts import describe
from hebo.experiment.problem import ConfigMistake
from hebo.experiment.registry import Entries, NewProblem, NewRun
from hebo.experiment.run_log import LeaseLost, Outcome, RunLog
from hebo.experiment.run_loop import Job, execute
from hebo.experiment.stopping import STOP
from hebo.experiment.store import Store
from hebo.experiment.texts import on_one_line
from hebo.experiment.worker_pool import WorkerDied, WorkerPool
from hebo.experiment.yaml_file import write_yaml

# How long a stop waits for evaluations that are under way; their points are kept either way.
GRACE_SECONDS = 10.0
_POLL_SECONDS = 0.5
# How often to look for runs that somebody else has left; own ones are taken on at once.
_LOOK_SECONDS = 3.0
# How often a worker may die at one trial before the run goes on without it.
_CHANCES = 3


def prepare(experiment: Experiment) -> Entries:
    """Build every task's space and every optimiser once, so that mistakes show before anything runs.

    Raises:
        ConfigError: If a task's space cannot be built, has fewer candidates than a run needs, or an optimiser
            cannot work on it.
    """
    problems = []
    for place, one in enumerate(experiment.tasks):
        task = cast(Any, one.recipe)
        try:
            space, objectives = task.space, tuple(task.objectives)
            known = task.optimum, task.best_known
        except HeboError as error:
            raise ConfigMistake(("tasks", place), str(error)) from error
        _check_candidates(experiment, space, place)
        problems.append(NewProblem(one.label, space.parameter_space.to_json(), objectives, *known))
        _check_optimizers(experiment, task, one.label)
    return Entries(tuple(_new_runs(experiment)), tuple(problems))


def require(experiment: Experiment) -> list[str]:
    """Check that every task can be evaluated, and return what to note of their files, one line each.

    Raises:
        MissingExtraError: If a task needs a package that is not installed.
        ConfigError: If it cannot work: a file that is none, a reference that cannot be computed.
    """
    notes = []
    for place, one in enumerate(experiment.tasks):
        task = cast(Any, one.recipe)  # tasks are above this layer
        try:
            task.require()
            notes += [f"{one.label}: {note}" for note in task.notes]
        except MissingExtraError:
            raise
        except HeboError as error:
            raise ConfigMistake(("tasks", place), str(error)) from error
    return notes


def record(experiment: Experiment, entries: Entries) -> Store:
    """Open the store, register the experiment in it and write `resolved.yaml`.

    Raises:
        StoreError: If the store cannot be used.
        ConfigError: If the folder belongs to another experiment or cannot be written, or a run in the store
            has other settings.
    """
    check_folder(Path(experiment.output), name=experiment.name, store=experiment.store)
    store = Store(experiment.store, experiment.name)
    try:
        store.register(output=experiment.output, content=content_of(experiment), entries=entries)
        _mark_folder(experiment)
    except BaseException:
        store.close()
        raise
    return store


def _mark_folder(experiment: Experiment) -> None:
    """Write `resolved.yaml` and begin the log, unless another experiment has taken the folder meanwhile."""
    output, text = Path(experiment.output), write_yaml(describe_experiment(experiment))
    try:
        try:
            write(output / RESOLVED, text, is_new=True)
        except FileExistsError:
            check_folder(output, name=experiment.name, store=experiment.store)
            write(output / RESOLVED, text)
        with open(output / LOG, "ab"):
            pass  # a worker that cannot write its log could not even say so
    except OSError as error:
        raise ConfigError(
            f"output: the folder '{output}' cannot be written ({error.strerror}); make it writable, or "
            "choose another `output`."
        ) from error


def run(experiment: Experiment, store: Store, *, monitor: Monitor) -> bool:
    """Carry out all runs that are not finished; return whether all are, False after a stop.

    Args:
        experiment: Already recorded.
        store: From `record`.
        monitor: Shows the progress and keeps the leases.

    """
    owner = Owner.me()
    with experiment.executor.open(log=Path(experiment.output) / LOG) as executor:
        shift = _Shift(experiment, store, owner, executor, monitor.say)
        try:
            with monitor.watching(owner):
                shift.work()
        finally:
            shift.end()
    return not store.unfinished()


@dataclass
class _Shift:
    """One `hebo run` at work on the runs of an experiment."""

    experiment: Experiment
    store: Store
    owner: Owner
    executor: Executor
    say: Callable[[str], None]
    active: dict[Future[str], str] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    waited_for: set[str] = field(default_factory=set)
    deaths: Counter[tuple[str, int]] = field(default_factory=Counter)
    look_again: float = 0.0

    def __post_init__(self) -> None:
        self.specs = {one.run_id: one for one in runs_of(self.experiment)}

    def work(self) -> None:
        """Take runs as slots become free, until none is left or a stop is wanted."""
        while not STOP.is_set():
            self._fill()
            if self.active:
                self._settle_finished()
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
        while len(self.active) < self.experiment.executor.slots and not STOP.is_set():
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
            told=self.experiment.told,
        )

    def _settle_finished(self) -> None:
        done, _ = wait(self.active, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            self.look_again = 0.0
            run_id = self.active.pop(future)
            try:
                status = future.result()
            except WorkerDied as death:
                if not STOP.is_set():
                    self._bury(run_id, death)
            else:
                if status == tables.BROKEN:
                    self.given_up.add(run_id)

    def _bury(self, run_id: str, death: WorkerDied) -> None:
        """Blame the evaluation that was under way and let the run go on; without one, the run is broken."""
        log = self.store.log(run_id, self.owner)
        underway = log.underway()
        try:
            if underway is None:
                self._bury_before(run_id, log, death)
                return
            number, started = underway
            verdict = self._verdict(death, time.time() - started)
            log.finish(number, verdict, best=log.read()["best"], then=None)
            log.give_back(tables.WAITING)
        except LeaseLost:
            pass  # another `hebo run` thinks us dead and has taken the run over

    def _bury_before(self, run_id: str, log: RunLog, death: WorkerDied) -> None:
        """Give a trial that a worker died before three chances; without one, the optimiser is to blame."""
        pending = [one.number for one in log.trials() if one.status == tables.PENDING]
        if not pending:
            self.given_up.add(run_id)
            log.give_back(tables.BROKEN, f"{death} outside of an evaluation (see {LOG})")
            return
        self.deaths[run_id, pending[0]] += 1
        if self.deaths[run_id, pending[0]] == _CHANCES:
            text = f"{death} {_CHANCES} times on the way to the evaluation (see {LOG})"
            outcome = Outcome(tables.CRASHED, {}, {}, text)
            log.finish(pending[0], outcome, best=log.read()["best"], then=None)
        log.give_back(tables.WAITING)

    def _verdict(self, death: WorkerDied, seconds: float) -> Outcome:
        limit = self.experiment.limits.trial_seconds
        if limit is not None and seconds >= limit:
            message = f"not finished within {limit:g} s and deaf to signals; its process was ended"
            return Outcome(tables.TIMED_OUT, {}, {}, message, seconds)
        return Outcome(tables.CRASHED, {}, {}, f"{death} during the evaluation", seconds)


def _check_candidates(experiment: Experiment, space: Any, place: int) -> None:
    """Refuse a table of candidates that a run would come to the end of."""
    needed = experiment.budget.n_trials + experiment.told
    if isinstance(space, TableSpace) and not space.repeats and space.cardinality < needed:
        raise ConfigMistake(
            ("tasks", place),
            f"has {space.cardinality} candidates, each of which is asked for once, and a run evaluates "
            f"{needed} (budget.n_trials and told); lower these.",
        )


def _check_optimizers(experiment: Experiment, task: Any, label: str) -> None:
    objectives = tuple(task.objectives)
    for place, one in enumerate(experiment.optimizers):
        try:
            optimizer = cast(Any, one.recipe).build(task.space, seed=experiment.seeds[0])
            if task.constraints:
                optimizer.check_takes_constraints()
        except HeboError as error:
            raise ConfigMistake(("optimizers", place), f"does not fit the task '{label}': {error}") from error
        most = getattr(optimizer, "max_objectives", 1)
        if len(objectives) > most:
            raise ConfigMistake(
                ("optimizers", place),
                f"'{one.label}' takes {most} objective, the task '{label}' has {len(objectives)} "
                f"({', '.join(objectives)}); compare them in experiments of their own.",
            )


def _new_runs(experiment: Experiment) -> list[NewRun]:
    return [
        NewRun(
            run_id=one.run_id,
            optimizer=one.optimizer.label,
            task=one.task.label,
            seed=one.seed,
            n_trials=experiment.budget.n_trials,
            batch_size=experiment.budget.batch_size,
            config={
                "optimizer": describe(one.optimizer.recipe),
                "task": describe(one.task.recipe),
                "told": experiment.told,
            },
        )
        for one in runs_of(experiment)
    ]
