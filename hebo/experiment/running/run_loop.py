"""One run from where it stands to its end: ask, store, evaluate, store, tell.

Points are stored before they are evaluated and values before they are told, so at any instant the
store holds all that is needed to go on: the optimizer is rebuilt from its seed, past asks and tells are
replayed in their order, and what is pending is evaluated. A trial's noise depends on run seed, task and
number only.

One loop serves all ways to run. Points are asked for where there are free places for them: a batch where
nothing is open, else one for each worker. Trials are told in groups that are complete: a batch, else each
trial by itself.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hebo.errors import HeboError
from hebo.experiment.config.parts import rebuild
from hebo.experiment.config.tasks import as_task
from hebo.experiment.executors.stopping import STOP, is_stop
from hebo.experiment.running.clock import Clock
from hebo.experiment.running.evaluation import outcome_of_death
from hebo.experiment.running.evaluations import Ended, Evaluations, OneByOne, Workers
from hebo.experiment.running.job import Job as Job
from hebo.experiment.running.pace import Pace
from hebo.experiment.running.standing import RunStanding
from hebo.experiment.running.task_evaluation import TaskEvaluation
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
from hebo.experiment.store.order import in_order, n_events
from hebo.experiment.store.run_log import (
    INITIAL_ROUND,
    AskCost,
    LeaseLost,
    Outcome,
    RoundCost,
    RunLog,
    Trial,
)
from hebo.experiment.store.store import engine_of
from hebo.experiment.texts import error_message, message
from hebo.information import Information

if TYPE_CHECKING:
    from hebo.base import Task
    from hebo.experiment.executors.base import ExecutorRecipe
    from hebo.optimizer.events import Event
    from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe

LOST = "lost"

DECLARED_INFEASIBLE = "declared infeasible: by its models no point can keep all measured constraints"


def execute(job: Job) -> str:
    """Carry out a run until it is finished, broken, taken over or asked to stop.

    Returns:
        The status the run was left in, or `LOST` if another owner has taken it.
    """
    evaluation = TaskEvaluation(
        recipe=job.task,
        label=job.label,
        seed=job.seed,
        limit=job.trial_seconds,
        hard=job.hard_limit,
        is_checked=job.n_workers > 1,
    )
    log = RunLog(engine_of(job.url), job.experiment, job.run_id, job.owner)
    try:
        return _execute(job, log, evaluation)
    except LeaseLost:
        return LOST


def _evaluations(job: Job, evaluation: TaskEvaluation) -> Evaluations:
    if job.executor is None:
        return OneByOne(evaluation)
    recipe = cast("ExecutorRecipe", rebuild("executor", job.executor))
    executor = recipe.open_evaluations(job.n_workers, log=Path(job.log))
    verdict = partial(outcome_of_death, limit=job.trial_seconds)
    return Workers(executor, evaluation, job.n_workers, verdict=verdict)


def _execute(job: Job, log: RunLog, evaluation: TaskEvaluation) -> str:
    try:
        # Workers start first: this process imports what the loop needs meanwhile.
        with closing(_evaluations(job, evaluation)) as evaluations:
            loop = RunLoop.open_run(job, log, evaluation, evaluations)
            finished = loop.go()
    except (LeaseLost, StoreFailed):  # taken over, or nothing more can be kept: no fault of this run
        raise
    except BaseException as error:  # of the optimizer or the task's space: this run is broken, others go on
        if is_stop(error):
            raise
        log.give_back(tables.BROKEN, describe_error(error))
        return tables.BROKEN
    if finished:
        log.finish_run(loop.last_costs, loop.verdict)
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


class Watcher:
    """What looks on at a run, and may end it early; this one does neither.

    A subclass overrides what it needs. The methods are called in the thread of the loop.
    """

    def began(self, task: Task, trials: Sequence[Trial]) -> None:
        """Take note of the trials that were there before."""

    def kept(self, trial: Trial, outcome: Outcome) -> None:
        """Take note of a trial that has ended, after its outcome is in the store."""

    def is_enough(self) -> bool:
        """Say whether no more points are to be asked for."""
        return False


@dataclass
class RunLoop:
    """The loop of one run; see the module.

    Attributes:
        job: What is to be done.
        log: Where it is kept.
        evaluation: Evaluates a trial.
        evaluations: Those under way.
        task: Of the run.
        optimizer: Of the run.
        stored: The trials that were there before.
        standing: The best so far.
        n_asked: Trials that were asked for.
        n_rounds: Asks so far.
        n_events: Asks and tells so far.
        spent: Cost so far.
        pace: How far to ask ahead.
        watcher: Looks on.
        open: Key of a group -> its trials, which are told together. Those that have ended have their outcome.
        clock: Of the present round.
        last_costs: What the tells since the last ask cost.
    """

    job: Job
    log: RunLog
    evaluation: TaskEvaluation
    evaluations: Evaluations
    task: Task
    optimizer: Optimizer
    stored: list[Trial]
    standing: RunStanding
    n_asked: int
    n_rounds: int
    n_events: int
    spent: float
    pace: Pace
    watcher: Watcher = field(default_factory=Watcher)
    open: dict[int, list[Trial]] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    last_costs: list[RoundCost] = field(default_factory=list)

    @classmethod
    def open_run(
        cls,
        job: Job,
        log: RunLog,
        evaluation: TaskEvaluation,
        evaluations: Evaluations,
        watcher: Watcher | None = None,
    ) -> RunLoop:
        """Rebuild the state of the run from the recipes and what is stored of its trials."""
        task = as_task(evaluation.task)
        recipe = cast("OptimizerRecipe", rebuild("optimizer", job.optimizer))
        optimizer = recipe.build(task.space, seed=job.seed)
        optimizer.set_outcomes(task.outcomes)
        # Optimizers that make no use of either go without.
        if job.related and Information.RELATED in optimizer.takes:
            optimizer.load_state_dict({**optimizer.state_dict(), "related": list(job.related)})
        if task.reference_point is not None and Information.REFERENCE in optimizer.takes:
            optimizer.set_reference_point(task.reference_point)
        stored = log.trials()
        asked = [one for one in stored if one.round != INITIAL_ROUND]
        return cls(
            job=job,
            log=log,
            evaluation=evaluation,
            evaluations=evaluations,
            task=task,
            optimizer=optimizer,
            stored=stored,
            standing=_standing(task, asked),
            n_asked=len(asked),
            n_rounds=len({one.round for one in asked}),
            n_events=n_events(asked),
            spent=math.fsum(one.cost or 0.0 for one in asked),
            pace=Pace(job.n_workers),
            watcher=watcher or Watcher(),
        )

    def go(self) -> bool:
        """Work until the budget is spent (True) or a stop is wanted (False).

        What was asked for is evaluated, also where a part of it spends the rest of the budget.
        """
        self.watcher.began(self.task, [one for one in self.stored if one.round != INITIAL_ROUND])
        return self._begin() and self._resume() and self._work(asks=True)

    @property
    def verdict(self) -> str | None:
        """What the optimizer has found out about the problem, if it is that there is nothing to be found."""
        return DECLARED_INFEASIBLE if self.optimizer.declared_infeasible else None

    # ------------------------------------------------------------------ what was before

    def _begin(self) -> bool:
        """Tell what is told before the first ask; False if a stop was wanted."""
        trials = [one for one in self.stored if one.round == INITIAL_ROUND]
        is_new = bool(self.job.initial_trials and not trials)
        trials = self._draw_initial() if is_new else trials
        if not trials:
            return True
        self._hand_in(trials, n_begun=self.evaluations.n_free if is_new else 0)
        self._tell_complete(INITIAL_ROUND)
        return self._work(asks=False)

    def _resume(self) -> bool:
        """Replay past asks and tells, and hand in what is pending; False if a stop was wanted."""
        asked = [one for one in self.stored if one.round != INITIAL_ROUND]
        if not asked:
            return True
        self.optimizer.restore(self._past(asked))
        usual, is_careful = self.evaluations, self.job.is_careful
        self.evaluations = OneByOne(self.evaluation) if is_careful else usual
        self._hand_in(self._untold(asked), n_begun=0)
        goes_on = not is_careful or self._work(asks=False)
        self.evaluations = usual
        return goes_on

    def _untold(self, trials: list[Trial]) -> list[Trial]:
        """Return the trials of groups that are still to be told, in number order."""
        if not self.job.is_asynchronous:
            return [one for round_ in by_round(trials) if is_open(round_) for one in round_]
        for one in trials:
            if one.told is None and one.status != tables.PENDING:  # its end was recorded after its worker's
                self.log.note_told([one.number], self.n_events)
                self.n_events += 1
                self._tell([one])
        return [one for one in trials if one.status == tables.PENDING]

    def _past(self, trials: list[Trial]) -> Iterator[Event]:
        """Yield past asks and tells in their order."""
        from hebo.optimizer.events import Tell

        if self.job.is_asynchronous:
            for group, is_tell in in_order(trials):
                points = frame_of(group)
                yield Tell(points, self._told(group)) if is_tell else (points, None)
            return
        for round_ in by_round(trials):
            yield frame_of(round_), None if is_open(round_) else self._told(round_)

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
        self.log.add_round(trials, AskCost(0.0), n_started=self.evaluations.n_free)
        return trials

    # ------------------------------------------------------------------ the loop

    def _work(self, *, asks: bool) -> bool:
        """Ask, if `asks`, evaluate and tell until nothing is left to do (True) or a stop is wanted."""
        while self.open or (asks and not self._is_over()):
            if STOP.is_set():
                return self._stop()
            n = self._n_wanted() if asks else 0
            if n:
                self._ask(n)
            self._take(wait=not asks or not self._n_wanted())
        return True

    def _is_over(self) -> bool:
        is_spent = is_over(self.n_asked, self.job.n_trials, self.spent, self.job.max_cost)
        return is_spent or self.watcher.is_enough()

    def _n_wanted(self) -> int:
        """Return how many points to ask for now."""
        left = 0 if self._is_over() else self.job.n_trials - self.n_asked
        if not self.job.is_asynchronous:
            return 0 if self.open else min(self.job.batch_size, left)
        n = min(self.job.n_workers + self.pace.n_ahead - len(self.open), left)
        # All points of one ask have one context, and each trial shall have its own.
        return max(0, min(1, n) if "context" in self.task.space.roles.values() else n)

    def _ask(self, n: int) -> None:
        before = Counter(self.optimizer.fallbacks)
        context = self.task.context(self.n_rounds, seed=self.job.seed)
        with self.clock.measure("ask"):
            frame = self.optimizer.ask(n, fixed=context)
        seconds, profile = self.clock.wall["ask"], dict(self.optimizer.profile.seconds)
        cost = AskCost(seconds, profile, self.optimizer.fallbacks - before)
        rows = rows_of(frame)
        trials = [Trial(self.n_asked + place, self.n_rounds, params) for place, params in enumerate(rows)]
        n_free = self.evaluations.n_free
        self.log.add_round(trials, cost, last=self.last_costs, n_started=n_free)
        self.last_costs = []
        self.n_asked += len(trials)
        self.n_rounds += 1
        self.n_events += 1
        self.pace.asked(seconds)
        self._hand_in(trials, n_begun=n_free)

    def _hand_in(self, trials: Sequence[Trial], *, n_begun: int) -> None:
        """Open the groups of trials, and hand those in for evaluation that are pending.

        Args:
            trials: In number order.
            n_begun: How many of the pending, from the first, the store already shows as begun.
        """
        for trial in trials:
            self.open.setdefault(self._key(trial), []).append(trial)
        pending = [one for one in trials if one.status == tables.PENDING]
        for place, trial in enumerate(pending):
            if not self.evaluation.is_checked or self._is_in_space(trial):
                self.evaluations.submit(trial, is_noted=place < n_begun)
            else:
                self.evaluations.put(Ended(trial, self.evaluation.in_full(trial)))

    def _is_in_space(self, trial: Trial) -> bool:
        """Look here, where the space is built, whether a point can be evaluated."""
        space = self.task.space
        try:
            return bool(space.contains(space.encode(frame_of([trial]))).all())
        except HeboError:
            return False

    def _take(self, *, wait: bool) -> None:
        """Keep and tell what has ended."""
        if begun := self.evaluations.begun():
            self.log.start(begun)
        with self.clock.measure("evaluate"):
            ended = self.evaluations.take(wait=wait)
        for one in ended:
            self._keep(one)

    def _keep(self, ended: Ended) -> None:
        """Store an outcome, and tell its group if that is complete."""
        if STOP.is_set() and ended.outcome.status == tables.FAILED:
            return  # Ctrl-C may have ended what the objective had started: the next `hebo run` tells
        trial = ended.trial.ended(ended.outcome)
        self._count(trial)
        key = self._key(trial)
        self.open[key] = [trial if one.number == trial.number else one for one in self.open[key]]
        self.log.finish(
            trial.number,
            ended.outcome,
            best=self.standing.best,
            then=self.evaluations.begun(),
            hypervolume=self.standing.hypervolume,
            told=self.n_events if self._has_place(trial) else None,
            by=ended.by,
        )
        self.n_events += self._has_place(trial)
        self.pace.evaluated(ended.outcome.seconds or 0.0)
        self.watcher.kept(trial, ended.outcome)
        self._tell_complete(key)

    def _tell_complete(self, key: int) -> None:
        """Tell a group if all of it has ended."""
        if not is_open(self.open[key]):
            self._tell(self.open.pop(key))

    def _tell(self, trials: Sequence[Trial]) -> None:
        elsewhere = self.optimizer.profile.total
        with self.clock.measure("tell"):
            self.optimizer.tell(frame_of(trials), **self._told(trials))
        self.clock.cpu_elsewhere = self.optimizer.profile.total - elsewhere
        if trials[0].round != INITIAL_ROUND:
            self._note_cost([one.number for one in trials])
        self.clock = Clock()

    def _stop(self) -> bool:
        """Keep what is under way; the rest stays pending."""
        self.evaluations.drop_waiting()
        while self.evaluations.n_open:
            self._take(wait=True)
        return False

    # ------------------------------------------------------------------ details

    def _key(self, trial: Trial) -> int:
        """Return the key of the group that a trial is told with."""
        return trial.number if self._has_place(trial) else trial.round

    def _has_place(self, trial: Trial) -> bool:
        """Say whether the place of its tell among all asks and tells is to be kept."""
        return self.job.is_asynchronous and trial.round != INITIAL_ROUND

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

    def _count(self, trial: Trial) -> None:
        """Add an ended trial to what the run has reached and spent; initial trials count for neither."""
        if trial.round != INITIAL_ROUND:
            self.standing.add(trial)
            self.spent += trial.cost or 0.0

    def _note_cost(self, numbers: Sequence[int]) -> None:
        n, tell_cpu = len(numbers), self.clock.cpu["tell"] + self.clock.cpu_elsewhere
        cost = RoundCost(numbers, self.clock.wall["tell"] / n, tell_cpu / n, self.clock.overhead() / n)
        self.last_costs.append(cost)
