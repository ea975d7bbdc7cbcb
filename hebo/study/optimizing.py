"""Optimizing: a study calls a function at suggested points, in one or several workers."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from hebo.experiment.executors.process_pool import ProcessPool
from hebo.experiment.executors.stopping import STOP
from hebo.experiment.executors.threads import Threads
from hebo.experiment.running.evaluation import outcome_of_death
from hebo.experiment.running.evaluations import Evaluations, OneByOne, Workers
from hebo.experiment.running.run_loop import Job, RunLoop
from hebo.objective.signatures import Arguments
from hebo.study.function_task import FunctionEvaluation, function_task
from hebo.study.options import check_positive, checked_stops, executor_of
from hebo.study.result import StudyResult
from hebo.study.state import StudyState
from hebo.study.trials import StudyTrial
from hebo.study.watching import StudyWatcher, progress_bar


class StudyJob(Job):
    """The job of a study: the place of each tell is kept, whatever the number of workers of a call."""

    @property
    def is_asynchronous(self) -> bool:
        """Always: calls with different numbers of workers follow one another."""
        return True


class Optimizing(StudyState, ABC):
    """The part of `Study` that calls a function."""

    _watcher: StudyWatcher | None = None

    @abstractmethod
    def result(self, reason: str | None = None) -> StudyResult:
        """Return what was found so far."""

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
        stops = checked_stops(self.outcomes.objectives, timeout, target, patience)
        kind = executor_of(executor, workers, trial_seconds)
        check_positive("n_trials", n_trials)
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


def _evaluations(kind: str, job: Job, evaluation: FunctionEvaluation) -> Evaluations:
    if kind == "here":
        return OneByOne(evaluation)
    recipe = ProcessPool() if kind == "processes" else Threads()
    pool = recipe.open_evaluations(job.n_workers, log=Path(os.devnull))
    verdict = partial(outcome_of_death, limit=job.trial_seconds)
    return Workers(pool, evaluation, job.n_workers, verdict=verdict)
