"""`Study`: a problem of the user's own, its optimizer, and all trials, kept in a store.

It asks and tells like an optimizer, and can call a function by itself, in several workers. Whatever was asked
and told is in the store before the call returns, so that the same lines go on after a stop or a crash.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hebo.errors import ConfigError, DataError, did_you_mean
from hebo.experiment.config.parts import build, describe, rebuild
from hebo.experiment.executors.process_pool import ProcessPool
from hebo.experiment.executors.stopping import STOP
from hebo.experiment.executors.threads import Threads
from hebo.experiment.running.evaluation import judge, outcome_of_death
from hebo.experiment.running.evaluations import Evaluations, OneByOne, Workers
from hebo.experiment.running.run_loop import Job, RunLoop
from hebo.experiment.running.standing import RunStanding
from hebo.experiment.store import tables
from hebo.experiment.store.frames import frame_of, rows_of, values_of
from hebo.experiment.store.order import in_order, n_events
from hebo.experiment.store.run_log import AskCost, Outcome, RunLog, Trial
from hebo.objective.answers import measured_in
from hebo.objective.signatures import Arguments
from hebo.outcomes import Stated, outcomes_of
from hebo.study.function_task import FunctionEvaluation, FunctionTask, function_task
from hebo.study.result import StudyResult
from hebo.study.short_space import Short, space_of
from hebo.study.storage import StudyStorage, problem_of
from hebo.study.trials import StudyTrial, trial_table
from hebo.study.watching import Stops, StudyWatcher, progress_bar

if TYPE_CHECKING:
    from pandas import DataFrame

    from hebo.optimizer.events import Event
    from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe

EXECUTORS = ("processes", "threads", "here")


class StudyJob(Job):
    """The job of a study: the place of each tell is kept, whatever the number of workers of a call."""

    @property
    def is_asynchronous(self) -> bool:
        """Always: calls with different numbers of workers follow one another."""
        return True


class Study:
    """A problem with its optimizer and its trials.

    Args:
        space: The parameters, as `hebo.study.short_space` has them: `{"lr": (1e-5, 0.1, "log"), ...}`, or a
            `DesignSpace`.
        objectives: What is optimized, as `Optimizer.set_outcomes` takes it; a name alone is minimized.
        constraints: What has limits: `[{"name": "latency", "ub": 20}]`.
        input_constraints: What points must fulfill, as `DesignSpace.parse` takes it.
        optimizer: A name, or a mapping as in YAML (`{"type": "hebo", "n_initial": 8}`), or a recipe.
        storage: Path of an SQLite file, or a URL. None: a file that goes with the study.
        name: Of the study; a store may hold several.
        seed: Of the optimizer.

    Raises:
        SpaceError: If a parameter cannot be read.
        ConfigError: If an objective or the optimizer cannot be read, or the store holds a study of that name
            with other settings.
        IncompatibleError: If the optimizer cannot work on the problem.
    """

    def __init__(
        self,
        space: Short,
        *,
        objectives: Sequence[Stated] | Mapping[str, Any] | Stated = "value",
        constraints: Sequence[Stated] | Stated = (),
        input_constraints: Sequence[Mapping[str, Any]] = (),
        optimizer: str | Mapping[str, Any] | OptimizerRecipe = "hebo",
        storage: str | Path | None = None,
        name: str = "study",
        seed: int = 0,
    ) -> None:
        self.space = space_of(space, input_constraints)
        self.outcomes = outcomes_of(objectives, constraints)
        self.name, self.seed = name, seed
        self._recipe, label = _recipe_of(optimizer)
        self._described = describe(cast(Any, self._recipe))
        self._task = FunctionTask(None, name, self.outcomes, self.space)
        self._optimizer = self._new_optimizer()
        self._storage = StudyStorage(storage, _checked_name(name), label, seed)
        self._known: list[tuple[int, str, int | None]] = []
        self._watcher: StudyWatcher | None = None
        self._register(1)

    # ------------------------------------------------------------------ ask and tell

    def ask(self, n: int | None = None, *, context: Mapping[str, Any] | None = None) -> Any:
        """Return the next trial to measure; with `n`, a list of so many.

        Args:
            n: How many.
            context: Parameter -> value that is given from outside, or that every point shall have.

        Raises:
            DataError: As `Optimizer.ask`.
        """
        with self._storage.held() as log:
            stored = self._up_to_date(log)
            before, began = Counter(self._optimizer.fallbacks), time.perf_counter()
            frame = self._optimizer.ask(n or 1, fixed=context)
            cost = AskCost(
                time.perf_counter() - began,
                dict(self._optimizer.profile.seconds),
                self._optimizer.fallbacks - before,
            )
            round_ = len({one.round for one in stored})
            trials = [Trial(len(stored) + k, round_, row) for k, row in enumerate(rows_of(frame))]
            self._register(len(stored) + len(trials))
            log.add_round(trials, cost, n_started=len(trials))
            self._note([*stored, *trials])
        asked = [StudyTrial.of(one) for one in trials]
        return asked if n is not None else asked[0]

    def tell(self, trial: StudyTrial | int, values: Any = None, *, error: str | None = None) -> None:
        """Record what was measured in a trial that was asked for.

        Args:
            trial: The trial, or its number.
            values: A number, or a mapping with the objectives, the constraints and any further values; None
                or NaN where the trial failed.
            error: Why it failed.

        Raises:
            DataError: If there is no such trial, or it was told before.
            EvaluationError: If the values are none.
        """
        number = trial.number if isinstance(trial, StudyTrial) else trial
        outcome = self._outcome(values, error)
        with self._storage.held() as log:
            stored = self._up_to_date(log)
            place = self._pending_place(stored, number)
            ended = stored[place].ended(outcome)
            trials = [*stored[:place], ended, *stored[place + 1 :]]
            standing = RunStanding(cast(Any, self._task))
            for one in trials:
                if one.status != tables.PENDING:
                    standing.add(one)
            self._optimizer.tell(frame_of([ended]), **self._told([ended]))
            log.finish(number, outcome, best=standing.best, told=n_events(stored))
            self._known = []  # read again: the store has the place of the tell

    def tell_more(self, points: Any, values: Any) -> None:
        """Record measurements of points that were not asked for, such as old ones.

        Args:
            points: A table, or a list of mappings, with a value for each parameter.
            values: A table or a list of mappings of what was measured, a row for each point; of a single
                objective a list of numbers.

        Raises:
            DataError: If a point or a value cannot be used; nothing is recorded then.
        """
        import pandas as pd

        frame = pd.DataFrame(points).reset_index(drop=True)
        rows = rows_of(self.space.decode(self.space.encode(frame)))
        answers = _answers(values, len(rows))
        outcomes = [self._outcome(one, None) for one in answers]
        with self._storage.held() as log:
            stored = self._up_to_date(log)
            round_, place = len({one.round for one in stored}), n_events(stored)
            self._register(len(stored) + len(rows))
            trials = [Trial(len(stored) + k, round_, row) for k, row in enumerate(rows)]
            log.add_round(trials, AskCost(0.0), n_started=0)
            for k, (trial, outcome) in enumerate(zip(trials, outcomes, strict=True)):
                log.finish(trial.number, outcome, best=None, told=place + 1 + k)
            self._known = []

    # ------------------------------------------------------------------ a function

    def optimize(
        self,
        function: Callable[..., Any],
        n_trials: int = 50,
        *,
        workers: int = 1,
        executor: str | None = None,
        timeout: float | None = None,
        target: float | None = None,
        patience: int | None = None,
        trial_seconds: float | None = None,
        on_trial: Callable[[StudyTrial], Any] | Sequence[Callable[[StudyTrial], Any]] = (),
        progress: bool | None = None,
        arguments: Arguments | None = None,
    ) -> StudyResult:
        """Call a function at suggested points until the study has `n_trials` trials; return what was found.

        Trials that are in the store count, so that the same call goes on where it was stopped; what was under
        way then is evaluated again. An exception of the function is a failed trial with its text.

        Args:
            function: Takes a keyword argument for each parameter, or one dict (see
                `hebo.objective.signatures`), and returns a number or a mapping of measured values.
            n_trials: Trials of the study in all.
            workers: Trials that are evaluated at once; each is told as it ends.
            executor: `processes` (the default of several workers), `threads`, or `here` (of one worker), in
                this process.
            timeout: Seconds after which no more points are asked for.
            target: Measured value that is good enough.
            patience: Trials in a row without a better value.
            trial_seconds: Seconds after which an evaluation is ended and has failed.
            on_trial: Called with each trial that has ended; `stop` may be called from there.
            progress: Whether to show a progress bar; None: only on a terminal.
            arguments: How the function takes points: `keywords` or `dict`; None: by its signature.

        Raises:
            ConfigError: If an argument is unusable, or the function cannot be called with the parameters.
            StoreError: If another process works on the study.
        """
        task = function_task(function, self.space, self.outcomes, arguments)
        stops = _checked_stops(self.outcomes.objectives, timeout, target, patience)
        kind = _executor_of(executor, workers, trial_seconds)
        _check_positive("n_trials", n_trials)
        calls = [on_trial] if callable(on_trial) else list(on_trial)
        bar = progress_bar(progress)
        watcher = StudyWatcher(stops, self.outcomes.objectives, n_trials, calls, bar)
        self._watcher = watcher
        job = self._job(n_trials, workers, trial_seconds, hard=kind == "processes")
        evaluation = FunctionEvaluation(
            recipe={},
            label=self.name,
            seed=self.seed,
            limit=trial_seconds,
            hard=job.hard_limit,
            is_checked=True,
            of=task,
        )
        STOP.clear()
        with bar or nullcontext(), closing(_evaluations(kind, job, evaluation)) as evaluations:
            self._register(n_trials)
            with self._storage.held() as log:
                self._known = []  # of what the loop leaves behind, should it be interrupted
                loop = RunLoop.open_run(job, log, evaluation, evaluations, watcher)
                loop.go()
                self._optimizer = loop.optimizer
                self._note(log.trials())
                log.finish_run(loop.last_costs, watcher.reason)
        return self.result(watcher.reason)

    def stop(self) -> None:
        """End `optimize` after the evaluations that are under way; for `on_trial`, or another thread."""
        if self._watcher is not None:
            self._watcher.stop("stopped")

    # ------------------------------------------------------------------ what is known

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer, told of all trials: for predictions, recommendations and what the model learnt."""
        self._refresh()
        return self._optimizer

    @property
    def trials(self) -> DataFrame:
        """All trials, a row each; see `hebo.study.trials.trial_table`."""
        rows = self._log().rows()
        return trial_table(rows, self.space.names, self.outcomes.names)

    @property
    def best(self) -> dict[str, Any]:
        """The parameters of the best feasible trial.

        Raises:
            DataError: If there is none, or there are several objectives.
        """
        (best,) = rows_of(self.optimizer.best_x)
        return best

    @property
    def best_value(self) -> float:
        """The measured value of the best feasible trial; see `best`."""
        return self.optimizer.best_y

    def result(self, reason: str | None = None) -> StudyResult:
        """Return what was found so far."""
        return StudyResult(self, reason)

    def report(self, path: str | Path | None = None) -> Path:
        """Write a page with the results, and return its path.

        Args:
            path: A folder; None: `NAME-report` beside the store.
        """
        from hebo.experiment.report.page import write_report
        from hebo.experiment.store.results import load_results

        folder = self._storage.folder / f"{self.name}-report" if path is None else Path(path)
        page, *_ = write_report(load_results(self._storage.url, name=self.name), folder)
        return page

    def close(self) -> None:
        """Close the store; one that goes with the study is removed."""
        self._storage.close()

    def __repr__(self) -> str:
        return f"Study({self.name!r}, {len(self.space.names)} parameters, storage={self._storage.url!r})"

    # ------------------------------------------------------------------ inside

    def _new_optimizer(self) -> Optimizer:
        optimizer = self._recipe.build(self.space, seed=self.seed)
        optimizer.set_outcomes(self.outcomes)
        return optimizer

    def _register(self, n_trials: int) -> None:
        config = {"optimizer": self._described, "task": {"type": "study"}, "initial_trials": 0}
        self._storage.register(problem_of(self.name, self.space, self.outcomes), config, n_trials)

    def _log(self) -> RunLog:
        """Return the log of the run, to read it."""
        return RunLog(self._storage.engine, self.name, self._storage.run_id, "")

    def _refresh(self) -> None:
        if self._keys(self._log().trials()) != self._known:
            with self._storage.held() as log:
                self._up_to_date(log)

    def _up_to_date(self, log: RunLog) -> list[Trial]:
        """Return the stored trials, and let the optimizer know them as they are."""
        stored = log.trials()
        place = n_events(stored)
        for one in stored:
            if one.told is None and one.status != tables.PENDING:  # a crash that was recorded after a death
                log.note_told([one.number], place)
                place += 1
        stored = log.trials() if place != n_events(stored) else stored
        if self._keys(stored) != self._known or not self._known:
            self._optimizer = self._new_optimizer()
            self._optimizer.restore(self._events(stored))
        self._note(stored)
        return stored

    def _note(self, trials: Sequence[Trial]) -> None:
        self._known = self._keys(trials)

    @staticmethod
    def _keys(trials: Sequence[Trial]) -> list[tuple[int, str, int | None]]:
        return [(one.number, one.status, one.told) for one in trials]

    def _events(self, trials: Sequence[Trial]) -> list[Event]:
        from hebo.optimizer.events import Tell

        return [
            Tell(frame_of(group), self._told(group)) if is_tell else (frame_of(group), None)
            for group, is_tell in in_order(trials)
        ]

    def _told(self, trials: Sequence[Trial]) -> dict[str, Any]:
        limits = values_of(trials, self._task.constraints) if self._task.constraints else None
        return {"y": values_of(trials, self._task.objectives), "constraints": limits}

    def _outcome(self, values: Any, error: str | None) -> Outcome:
        found = dict.fromkeys(self.outcomes.names) if values is None else values
        measured = measured_in(found, self.outcomes, "the values told are")
        named = {name: None if (v := measured.pop(name)) != v else v for name in self.outcomes.names}
        extras = tables.plain({**measured, **({"error": error} if error else {})})
        status, message = judge(named, self.outcomes, extras)
        return Outcome(status, named, extras, message)

    def _pending_place(self, stored: Sequence[Trial], number: int) -> int:
        place = next((k for k, one in enumerate(stored) if one.number == number), None)
        if place is None:
            known = [str(one.number) for one in stored]
            raise DataError(f"there is no trial {number}; ask for one first.{did_you_mean(number, known)}")
        if stored[place].status != tables.PENDING:
            raise DataError(f"trial {number} was told before; it is {stored[place].status}")
        return place

    def _job(self, n_trials: int, workers: int, trial_seconds: float | None, *, hard: bool) -> StudyJob:
        return StudyJob(
            url=self._storage.url,
            experiment=self.name,
            run_id=self._storage.run_id,
            owner="",
            optimizer=self._described,
            task={},
            label=self.name,
            seed=self.seed,
            n_trials=n_trials,
            batch_size=1,
            trial_seconds=trial_seconds,
            hard_limit=hard,
            n_workers=workers,
        )


def _recipe_of(optimizer: Any) -> tuple[OptimizerRecipe, str]:
    """Return the recipe and its name in the catalog."""
    if isinstance(optimizer, str | Mapping):
        recipe: Any = build("optimizer", optimizer, ("optimizer",))
    else:
        recipe = rebuild("optimizer", describe(optimizer))
    return recipe, str(describe(recipe)["type"])


def _checked_name(name: object) -> str:
    import re

    from hebo.experiment.config.labeled import NAME, NAME_RULE

    if not isinstance(name, str) or not re.fullmatch(NAME, name):
        raise ConfigError(f"name={name!r} is no name of a study; use {NAME_RULE}.")
    return name


def _check_positive(what: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{what}={value!r}; give a whole number from 1.")


def _checked_stops(objectives: Any, timeout: Any, target: Any, patience: Any) -> Stops:
    if target is not None and len(objectives) > 1:
        raise ConfigError(f"target={target!r} is that of one objective, and there are {len(objectives)}.")
    for what, value in (("timeout", timeout), ("target", target)):
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and value == value
        if value is not None and (not is_number or (what == "timeout" and value <= 0)):
            kind = "seconds, more than 0" if what == "timeout" else "a number"
            raise ConfigError(f"{what}={value!r}; give {kind}, or None.")
    if patience is not None:
        _check_positive("patience", patience)
    return Stops(timeout, target, patience)


def _executor_of(executor: str | None, workers: Any, trial_seconds: float | None) -> str:
    _check_positive("workers", workers)
    found = ("here" if workers == 1 else "processes") if executor is None else executor
    if found not in EXECUTORS:
        raise ConfigError(f"executor={executor!r} is none.{did_you_mean(executor, EXECUTORS)}")
    if found == "here" and workers > 1:
        raise ConfigError(
            f"executor='here' has one worker, and workers={workers}; use 'processes' or 'threads'."
        )
    if found == "threads" and trial_seconds is not None:
        raise ConfigError("trial_seconds cannot end a thread; use executor='processes'.")
    return found


def _evaluations(kind: str, job: Job, evaluation: FunctionEvaluation) -> Evaluations:
    if kind == "here":
        return OneByOne(evaluation)
    recipe = ProcessPool() if kind == "processes" else Threads()
    pool = recipe.open_evaluations(job.n_workers, log=Path(os.devnull))
    verdict = partial(outcome_of_death, limit=job.trial_seconds)
    return Workers(pool, evaluation, job.n_workers, verdict=verdict)


def _answers(values: Any, n: int) -> list[Any]:
    """Return what was measured of each of `n` points."""
    rows = values.to_dict("records") if hasattr(values, "to_dict") else list(values)
    if len(rows) != n:
        raise DataError(f"there are {len(rows)} rows of values for {n} points; give one for each")
    return rows
