"""One run from where it stands to its end: ask, store, evaluate, store, tell.

Points are stored before they are evaluated and values before they are told, so at any instant the
store holds all that is needed to go on: the optimizer is rebuilt from its seed, past rounds are
replayed, and what is pending is evaluated. A trial's noise depends on run seed, task and number only.
"""

from __future__ import annotations

import math
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
from hebo.experiment.running.standing import RunStanding
from hebo.experiment.store import tables
from hebo.experiment.store.budget import is_over
from hebo.experiment.store.database import StoreFailed
from hebo.experiment.store.frames import (
    by_round,
    evaluated_at,
    frame_of,
    gradients_of,
    is_open,
    rows_of,
    values_of,
    variances_of,
)
from hebo.experiment.store.run_log import INITIAL_ROUND, AskCost, LeaseLost, Outcome, RoundCost, RunLog, Trial
from hebo.experiment.store.store import engine_of
from hebo.experiment.texts import error_message, message
from hebo.information import Information

if TYPE_CHECKING:
    from hebo.base import Task
    from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe, Round

LOST = "lost"

DECLARED_INFEASIBLE = "declared infeasible: by its models no point can keep all measured constraints"


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
        max_cost: What its evaluations may cost together; None where there is no limit.
        batch_size: Points asked for at once.
        trial_seconds: Limit of one evaluation; None for none.
        hard_limit: Whether the worker may end itself if an evaluation ignores the limit.
        initial_trials: Points to evaluate and tell before the first ask.
        related: Related tasks that the optimizer learns from, as its state has them.
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
    max_cost: float | None = None
    related: Sequence[Mapping[str, Any]] = ()


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
    except BaseException as error:  # of the optimizer or the task's space: this run is broken, others go on
        if is_stop(error):
            raise
        log.give_back(tables.BROKEN, describe_error(error))
        return tables.BROKEN
    if finished:
        log.finish_run(loop.last_cost, loop.verdict)
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


def _standing(task: Task, trials: Sequence[Trial]) -> RunStanding:
    standing = RunStanding(task)
    for one in trials:
        if one.status != tables.PENDING:
            standing.add(one)
    return standing


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
    spent: float
    standing: RunStanding
    last_cost: tuple[int, RoundCost] | None = None

    @classmethod
    def open(cls, job: Job, log: RunLog) -> _Loop:
        """Rebuild the state of the run from the recipes and what is stored of its trials."""
        task = build_task(job.task)
        recipe = cast("OptimizerRecipe", rebuild("optimizer", job.optimizer))
        optimizer = recipe.build(task.space, seed=job.seed)
        optimizer.set_outcomes(task.outcomes)
        # Optimizers that make no use of either go without.
        if job.related and Information.RELATED in optimizer.takes:
            optimizer.load_state_dict({**optimizer.state_dict(), "related": list(job.related)})
        if task.reference_point is not None and Information.REFERENCE in optimizer.takes:
            optimizer.set_reference_point(task.reference_point)
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
            spent=math.fsum(one.cost or 0.0 for one in trials),
            standing=_standing(task, trials),
        )

    def go(self) -> bool:
        """Work until the budget is spent (True) or a stop is wanted (False).

        A round that was asked for is evaluated whole, also where a part of it spends the rest of the budget.
        """
        if not self._catch_up():
            return False
        while self.open_rounds or not self._is_over():
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

    @property
    def verdict(self) -> str | None:
        """What the optimizer has found out about the problem, if it is that there is nothing to be found."""
        return DECLARED_INFEASIBLE if self.optimizer.declared_infeasible else None

    def _is_over(self) -> bool:
        return is_over(self.n_asked, self.job.n_trials, self.spent, self.job.max_cost)

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

        They are the same ones for every optimizer, as only task and seed matter.
        """
        from hebo.random import derive_seed
        from hebo.recommenders.random import RandomSearch

        n, seed = self.job.initial_trials, derive_seed(self.job.seed, "told")
        frame = self.task.initial_points(n, seed=seed)
        rows = [] if frame is None else rows_of(frame)
        if frame is None:
            drawn = RandomSearch().build(self.task.space, seed=seed)
            contexts = [self.task.context(place, seed=seed) for place in range(n)]
            is_one = not any(contexts)
            asks = [(n, None)] if is_one else [(1, context) for context in contexts]
            rows = [row for count, context in asks for row in rows_of(drawn.ask(count, fixed=context))]
        trials = [Trial(place - n, INITIAL_ROUND, params) for place, params in enumerate(rows)]
        self.log.add_round(trials, AskCost(0.0), last=None)
        return trials

    def _tell(self, trials: Sequence[Trial]) -> None:
        self.optimizer.tell(frame_of(trials), **self._told(trials))

    def _past(self, round_: Sequence[Trial]) -> Round:
        """Return the points of a round and what is told of them; None while some values are to come."""
        return frame_of(round_), None if is_open(round_) else self._told(round_)

    def _told(self, trials: Sequence[Trial]) -> dict[str, Any]:
        """Return the keyword arguments of `tell`; variances and derivatives go to those that use them."""
        task = self.task
        takes_noise = bool(task.known_noise) and Information.VARIANCES in self.optimizer.takes
        takes_slopes = bool(task.gradient_of) and Information.GRADIENTS in self.optimizer.takes
        return {
            "y": values_of(trials, task.objectives),
            "constraints": values_of(trials, task.constraints) if task.constraints else None,
            "evaluated_at": evaluated_at(trials),
            "y_var": variances_of(trials, task.objectives, task.known_noise) if takes_noise else None,
            "gradient": gradients_of(trials, task.gradient_of) if takes_slopes else None,
            "cost": [one.cost for one in trials] if task.cost_column is not None else None,
        }

    def _ask(self, clock: Clock) -> list[Trial]:
        n = min(self.job.batch_size, self.job.n_trials - self.n_asked)
        before = Counter(self.optimizer.fallbacks)
        context = self.task.context(self.next_round, seed=self.job.seed)
        with clock.measure("ask"):
            frame = self.optimizer.ask(n, fixed=context)
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
            done.append(trial.ended(outcome))
            self._count(done[-1])
            self.log.finish(
                trial.number,
                outcome,
                best=self.standing.best,
                then=following,
                hypervolume=self.standing.hypervolume,
            )
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

    def _count(self, trial: Trial) -> None:
        """Add an ended trial to what the run has reached and spent; initial trials count for neither."""
        if trial.round != INITIAL_ROUND:
            self.standing.add(trial)
            self.spent += trial.cost or 0.0

    def _note_cost(self, clock: Clock, n: int) -> None:
        tell_cpu = clock.cpu["tell"] + clock.cpu_elsewhere
        cost = RoundCost(clock.wall["tell"] / n, tell_cpu / n, clock.overhead() / n)
        self.last_cost = (self.next_round, cost)
