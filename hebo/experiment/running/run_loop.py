"""One run from where it stands to its end: ask, store, evaluate, store, tell.

Points are stored before they are evaluated and values before they are told, so at any instant the
store holds all that is needed to go on: the optimiser is rebuilt from its seed, past rounds are
replayed, and what is pending is evaluated. A trial's noise depends on run seed, task and number only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from hebo.errors import HeboError
from hebo.experiment.config.parts import rebuild
from hebo.experiment.config.tasks import build_task
from hebo.experiment.executors.stopping import STOP, is_stop
from hebo.experiment.running.clock import Clock
from hebo.experiment.running.evaluation import evaluate
from hebo.experiment.store import tables
from hebo.experiment.store.database import StoreFailed
from hebo.experiment.store.frames import (
    best_of,
    by_round,
    evaluated_at,
    frame_of,
    is_open,
    rows_of,
    values_of,
)
from hebo.experiment.store.run_log import INITIAL_ROUND, AskCost, LeaseLost, Outcome, RoundCost, RunLog, Trial
from hebo.experiment.store.store import engine_of
from hebo.experiment.texts import error_message, message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hebo.base import Task
    from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe

LOST = "lost"


@dataclass(frozen=True)
class Job:
    """All that a worker needs to carry out a run; plain values, so any executor can send it.

    Everything that decides what is done comes from the YAML: a store holds results, and is no recipe.

    Attributes:
        url: Of the store.
        experiment: Name of the experiment.
        run_id: The run.
        owner: In whose name.
        optimizer: Its recipe, as `describe` writes it.
        task: The same of the task.
        label: Of the task.
        seed: Of the run.
        n_trials: Its budget.
        batch_size: Points asked for at once.
        trial_seconds: Limit of one evaluation; None for none.
        hard_limit: Whether the worker may end itself if an evaluation ignores the limit.
        initial_trials: Points to evaluate and tell before the first ask.
    """

    url: str
    experiment: str
    run_id: str
    owner: str
    optimizer: Mapping[str, Any]
    task: Mapping[str, Any]
    label: str
    seed: int
    n_trials: int
    batch_size: int
    trial_seconds: float | None
    hard_limit: bool
    initial_trials: int = 0


def execute(job: Job) -> str:
    """Carry out a run until it is finished, broken, taken over or asked to stop.

    Returns:
        The status the run was left in, or `LOST` if another owner has taken it.
    """
    log = RunLog(engine_of(job.url), job.experiment, job.run_id, job.owner)
    try:
        return _execute(job, log)
    except LeaseLost:
        return LOST


def _execute(job: Job, log: RunLog) -> str:
    try:
        loop = _Loop.open(job, log)
        finished = loop.go()
    except (LeaseLost, StoreFailed):  # taken over, or nothing more can be kept: no fault of this run
        raise
    except BaseException as error:  # of the optimiser or the task's space: this run is broken, others go on
        if is_stop(error):
            raise
        log.give_back(tables.BROKEN, describe_error(error))
        return tables.BROKEN
    if finished:
        log.finish_run(loop.last_cost)
        return tables.FINISHED
    log.give_back(tables.WAITING)
    return tables.WAITING


def describe_error(error: BaseException) -> str:
    """Return an error on one line; an unexpected one with the place it came from."""
    text = error_message(error)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if isinstance(error, HeboError) or trace is None:
        return text
    return f"{text} ({message(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})"


@dataclass
class _Loop:
    job: Job
    log: RunLog
    task: Task
    optimizer: Optimizer
    initial: list[Trial]
    rounds: list[list[Trial]]
    open_rounds: list[list[Trial]]
    next_round: int
    n_asked: int
    best: float | None
    last_cost: tuple[int, RoundCost] | None = None

    @classmethod
    def open(cls, job: Job, log: RunLog) -> _Loop:
        """Rebuild the state of the run from the recipes and what is stored of its trials."""
        task = build_task(job.task)
        recipe = cast("OptimizerRecipe", rebuild("optimizer", job.optimizer))
        optimizer = recipe.build(task.space, seed=job.seed)
        stored = log.trials()
        trials = [one for one in stored if one.round != INITIAL_ROUND]
        rounds = by_round(trials)
        return cls(
            job=job,
            log=log,
            task=task,
            optimizer=optimizer,
            initial=[one for one in stored if one.round == INITIAL_ROUND],
            rounds=rounds,
            open_rounds=[one for one in rounds if is_open(one)],
            next_round=sum(not is_open(one) for one in rounds),
            n_asked=len(trials),
            best=best_of(trials, task.objectives, task.space),
        )

    def go(self) -> bool:
        """Work until the budget is spent (True) or a stop is wanted (False)."""
        if not self._catch_up():
            return False
        while self.open_rounds or self.n_asked < self.job.n_trials:
            if STOP.is_set():
                return False
            clock = Clock()
            is_new = not self.open_rounds
            trials = self._ask(clock) if is_new else self.open_rounds.pop(0)
            told = self._evaluate_all(trials, clock, started=is_new)
            if told is None:
                return False
            elsewhere = self.optimizer.profile.total
            with clock.measure("tell"):
                self._tell(told)
            clock.cpu_elsewhere = self.optimizer.profile.total - elsewhere
            self._note_cost(clock, len(trials))
            self.next_round += 1
        return True

    def _catch_up(self) -> bool:
        """Tell what is told before the first ask and replay past rounds; False if a stop was wanted."""
        is_new = bool(self.job.initial_trials and not self.initial)
        trials = self._draw_initial() if is_new else self.initial
        if trials:
            done = self._evaluate_all(trials, Clock(), started=is_new)
            if done is None:
                return False
            self._tell(done)
        if self.rounds:
            self.optimizer.restore([self._past(one) for one in self.rounds])
        return True

    def _draw_initial(self) -> list[Trial]:
        """Draw the points to tell first: the task's own or random ones.

        They are the same ones for every optimiser, as only task and seed matter.
        """
        from hebo.random import derive_seed
        from hebo.recommenders.random import RandomSearch

        n, seed = self.job.initial_trials, derive_seed(self.job.seed, "told")
        frame = self.task.initial_points(n, seed=seed)
        if frame is None:
            frame = RandomSearch().build(self.task.space, seed=seed).ask(n)
        rows = rows_of(frame)
        trials = [Trial(place - n, INITIAL_ROUND, params) for place, params in enumerate(rows)]
        self.log.add_round(trials, AskCost(0.0), last=None)
        return trials

    def _tell(self, trials: Sequence[Trial]) -> None:
        values, limits = values_of(trials, self.task.objectives), self._limits(trials)
        self.optimizer.tell(frame_of(trials), values, constraints=limits, at=evaluated_at(trials))

    def _past(self, round_: Sequence[Trial]) -> tuple[Any, Any, Any, Any]:
        """Return points, values, constraints and where these are of; values None while some are to come."""
        values = None if is_open(round_) else values_of(round_, self.task.objectives)
        return frame_of(round_), values, self._limits(round_), evaluated_at(round_)

    def _limits(self, trials: Sequence[Trial]) -> NDArray[np.float64] | None:
        """Return `n x c` constraint values; None if the task has no constraints."""
        return values_of(trials, self.task.constraints) if self.task.constraints else None

    def _ask(self, clock: Clock) -> list[Trial]:
        n = min(self.job.batch_size, self.job.n_trials - self.n_asked)
        before = Counter(self.optimizer.fallbacks)
        with clock.measure("ask"):
            frame = self.optimizer.ask(n)
        profile = self.optimizer.profile.seconds
        cost = AskCost(clock.wall["ask"], dict(profile), self.optimizer.fallbacks - before)
        rows = rows_of(frame)
        trials = [Trial(self.n_asked + place, self.next_round, params) for place, params in enumerate(rows)]
        last = self.last_cost[1] if self.last_cost else None
        self.log.add_round(trials, cost, last=last)
        self.n_asked += len(trials)
        return trials

    def _evaluate_all(self, trials: Sequence[Trial], clock: Clock, *, started: bool) -> list[Trial] | None:
        """Evaluate what is pending; return the whole round, or None if a stop was wanted before its end."""
        done = [one for one in trials if one.status != tables.PENDING]
        pending = [one for one in trials if one.status == tables.PENDING]
        if pending and not started:
            self.log.start(pending[0].number)
        for place, trial in enumerate(pending):
            wanted = STOP.is_set()
            outcome = self._evaluate(trial, clock)
            if STOP.is_set() and not wanted and outcome.status == tables.FAILED:
                return None  # Ctrl-C may have ended what the objective had started: the next `hebo run` tells
            following = pending[place + 1].number if place + 1 < len(pending) else None
            self.log.finish(trial.number, outcome, best=self._improve(trial, outcome), then=following)
            done.append(trial.ended(outcome))
            if STOP.is_set() and following is not None:
                return None
        return sorted(done, key=lambda one: one.number)

    def _evaluate(self, trial: Trial, clock: Clock) -> Outcome:
        from hebo.random import derive_seed

        with clock.measure("evaluate"):
            return evaluate(
                self.task,
                frame_of([trial]),
                seed=derive_seed(self.job.seed, self.job.label, trial.number),
                limit=self.job.trial_seconds,
                hard=self.job.hard_limit,
            )

    def _improve(self, trial: Trial, outcome: Outcome) -> float | None:
        if trial.round != INITIAL_ROUND:
            done = trial.ended(outcome)
            value = best_of([done], self.task.objectives, self.task.space)
            self.best = min((one for one in (value, self.best) if one is not None), default=None)
        return self.best

    def _note_cost(self, clock: Clock, n: int) -> None:
        tell_cpu = clock.cpu["tell"] + clock.cpu_elsewhere
        cost = RoundCost(clock.wall["tell"] / n, tell_cpu / n, clock.overhead() / n)
        self.last_cost = (self.next_round, cost)
