"""Evaluation of one point: within its time, and never the end of the run."""

from __future__ import annotations

import faulthandler
import math
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeGuard

from hebo.errors import EvaluationError, EvaluationOutOfMemory, EvaluationTimeout, IncompatibleError
from hebo.experiment.executors.stopping import is_stop
from hebo.experiment.executors.worker_pool import WorkerDied
from hebo.experiment.running.surroundings import surroundings
from hebo.experiment.store import tables
from hebo.experiment.store.frames import frame_of, rows_of
from hebo.experiment.store.run_log import Outcome, Trial
from hebo.experiment.texts import class_of, clean, error_message, text_of
from hebo.experiment.texts import message as as_message
from hebo.objective.curve import carried_by
from hebo.outcomes import Outcomes

if TYPE_CHECKING:
    from pandas import DataFrame

    from hebo.base import Task


class OutOfTime(BaseException):
    """Ends an evaluation; not an `Exception`, so that an objective that catches those cannot stay."""


def evaluate(
    task: Task,
    frame: DataFrame,
    *,
    seed: int,
    limit: float | None,
    hard: bool,
    is_checked: bool = False,
) -> Outcome:
    """Evaluate one point and say how it went; errors of the objective become part of the outcome.

    Args:
        task: What is evaluated.
        frame: One row in natural units.
        seed: Of the task's noise.
        limit: Seconds the evaluation may take; None for no limit.
        hard: Whether this process may be ended if the objective does not come back in time.
        is_checked: Whether the point is known to lie in the space, so that the task need not look.

    Raises:
        IncompatibleError: If there is a limit and signals cannot be used here.
    """
    if limit is not None:
        _check_timers()
    objectives, constraints = task.objectives, task.constraints
    started, cost = time.perf_counter(), None
    try:
        with surroundings(), time_limit(limit, hard=hard):
            answer = _answer(task, frame, seed, is_checked)
        values, extras = _split(answer, (*objectives, *constraints))
        _check_evaluated_at(task, frame, extras.get(tables.EVALUATED_AT))
        status, message = judge(values, task.outcomes, extras)
        cost = _cost(task, extras, is_needed=status in (tables.OK, tables.INFEASIBLE))
        _check_noise(task, extras)
        _check_gradient(task, extras)
    except OutOfTime as error:
        values, extras, status = {}, _kept(error), tables.TIMED_OUT
        message = f"not finished within {limit:g} s (limits.trial_seconds)"
    except BaseException as error:
        if is_stop(error):
            raise
        values, extras, status = {}, _kept(error), _status_of(error)
        message = error_message(error)
    unknown = dict.fromkeys((*objectives, *constraints))
    seconds = time.perf_counter() - started
    return Outcome(status, {**unknown, **values}, extras, message, seconds, cost)


def _answer(task: Task, frame: DataFrame, seed: int, is_checked: bool) -> DataFrame:
    """Return what the task says; a task that needs no `hebo.base.Task` may know one way of asking only."""
    direct = getattr(task, "evaluate_checked", None)
    return direct(frame, seed=seed) if is_checked and direct else task.evaluate(frame, seed=seed)


def _kept(error: BaseException) -> dict[str, Any]:
    """Return the information that an evaluation left before it failed."""
    return {name: _extra(value) for name, value in carried_by(error).items()}


def outcome_of_death(death: WorkerDied, seconds: float, limit: float | None) -> Outcome:
    """Return the outcome of a trial whose worker has died, after so many seconds."""
    if limit is not None and seconds >= limit:
        message = f"not finished within {limit:g} s and deaf to signals; its process was ended"
        return Outcome(tables.TIMED_OUT, {}, {}, message, seconds)
    return Outcome(tables.CRASHED, {}, {}, f"{death} during the evaluation", seconds)


@contextmanager
def time_limit(seconds: float | None, *, hard: bool) -> Iterator[None]:
    """Raise `OutOfTime` in the block after some seconds.

    A timer signal stops Python code. A call that does not return to the interpreter is beyond that;
    with `hard`, a watchdog that needs no interpreter then ends the process a little later.
    """
    if seconds is None:
        yield
        return
    armed = True

    def end(number: int, frame: FrameType | None) -> None:
        if armed:
            raise OutOfTime

    previous = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # again each second, in case a callback swallows it
    try:
        try:
            with _watchdog(seconds + min(10.0, 1.0 + seconds)) if hard else nullcontext():
                yield
        finally:
            armed = False
    finally:  # apart from the inner one, which the signal itself may interrupt
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, previous)


def _check_timers() -> None:
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        raise IncompatibleError(
            "limits.trial_seconds needs timer signals in the main thread of a process; "
            "use the executor process_pool, or leave the limit out."
        )


@contextmanager
def _watchdog(seconds: float) -> Iterator[None]:
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def _split(answer: DataFrame, measured: tuple[str, ...]) -> tuple[dict[str, float | None], dict[str, Any]]:
    """Return objectives with constraints, and extra columns, of the one row a task answered with."""
    if len(answer) != 1 or not set(measured) <= set(answer.columns):
        raise EvaluationError(
            f"the task answered {len(answer)} rows with columns {list(answer.columns)}; "
            f"expected 1 row with {list(measured)}."
        )
    row = {text_of(name): answer[name].iloc[0] for name in answer.columns}
    values = {name: _finite(float(row.pop(name))) for name in measured}
    known = {name: tables.plain(row.pop(name)) for name in (tables.EVALUATED_AT,) if name in row}
    return values, {clean(name): _extra(value) for name, value in row.items()} | known


def _cost(task: Task, extras: Mapping[str, Any], *, is_needed: bool) -> float | None:
    """Return the cost that a task reports; None where it reports none, as it may of what failed."""
    column = task.cost_column
    if column is None:
        return None
    cost = extras.get(clean(column))
    if cost is None and not is_needed:
        return None
    if not _is_number(cost) or cost <= 0:
        raise EvaluationError(
            f"the task's column '{column}' of costs holds {cost!r}; expected a positive number"
        )
    return float(cost)


def _check_noise(task: Task, extras: Mapping[str, Any]) -> None:
    """Refuse a standard deviation that is none; None and NaN stand for an unknown one."""
    for objective in task.known_noise:
        column = f"{objective}{tables.SD}"
        found = extras.get(clean(column), "nothing")
        if found is not None and not (_is_number(found) and found >= 0):
            raise EvaluationError(
                f"the task's column '{column}' holds {found!r}; expected the standard deviation of the noise "
                f"of '{objective}', a number of 0 or more"
            )


def _check_gradient(task: Task, extras: Mapping[str, Any]) -> None:
    """Refuse a derivative that is none; what is not finite stands for an unknown one."""
    for parameter in task.gradient_of:
        column = f"{tables.GRADIENT}{parameter}"
        found = extras.get(clean(column), "nothing")
        if found is not None and not _is_number(found):
            raise EvaluationError(
                f"the task's column '{column}' holds {found!r}; expected the derivative of the objective by "
                f"'{parameter}', a number"
            )


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_evaluated_at(task: Task, frame: DataFrame, evaluated_at: object) -> None:
    """Refuse what a task says of where its values belong, before an optimizer is told of it."""
    if evaluated_at is None:
        return
    if not isinstance(evaluated_at, dict) or not set(evaluated_at) <= set(frame.columns):
        raise EvaluationError(
            f"the task's column '{tables.EVALUATED_AT}' holds {evaluated_at!r}; expected None, or a "
            "dictionary of those parameters that had other values than asked for"
        )
    task.space.encode(frame_of([Trial(0, 0, rows_of(frame)[0] | evaluated_at)]))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _extra(value: object) -> Any:
    """Return what a task reports beside its values as clean JSON, or as text where it has no such form."""
    try:
        found = tables.plain(value)
        tables.to_json(found)
    except Exception:  # a StoreError, or whatever the methods of the value raise
        return clean(text_of(value))
    return _clean(found)


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {clean(key): _clean(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return clean(value) if isinstance(value, str) else value


def judge(
    values: Mapping[str, float | None], outcomes: Outcomes, extras: Mapping[str, Any]
) -> tuple[str, str | None]:
    """Return status and message of measured values.

    Args:
        values: Name -> value, None where there is none.
        outcomes: Goals and limits.
        extras: What else was reported; a task that knows why it failed says so in `error`.
    """
    known = {name: value for name, value in values.items() if value is not None}
    bad = [name for name in values if name not in known]
    if not bad:
        broken = outcomes.broken(known)
        return (tables.INFEASIBLE, ", ".join(broken)) if broken else (tables.OK, None)
    kind = "constraint" if bad[0] in outcomes.constraint_names else "objective"
    reason = extras.get("error") or f"the {kind} {', '.join(bad)} is not a finite number"
    return tables.FAILED, as_message(reason)


def _status_of(error: BaseException) -> str:
    if isinstance(error, EvaluationTimeout):
        return tables.TIMED_OUT
    text = f"{class_of(error)} {text_of(error)}".lower()
    is_memory = (
        isinstance(error, MemoryError | EvaluationOutOfMemory)
        or "out of memory" in text
        or "can't allocate memory" in text
    )
    return tables.OUT_OF_MEMORY if is_memory or "outofmemoryerror" in text else tables.FAILED
