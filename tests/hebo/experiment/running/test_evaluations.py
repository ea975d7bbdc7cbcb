from __future__ import annotations

import threading
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from hebo.errors import IncompatibleError
from hebo.experiment.executors.in_process import InProcessExecutor
from hebo.experiment.executors.worker_pool import WorkerPool
from hebo.experiment.running.evaluation import outcome_of_death
from hebo.experiment.running.evaluations import Ended, Evaluations, OneByOne, Workers
from hebo.experiment.store.run_log import Outcome, Trial


def square(trial: Trial | None) -> Outcome | None:
    return None if trial is None else Outcome("ok", {"y": trial.params["x"] ** 2}, {}, None, 0.0)


def workers(executor: Executor, evaluate: object = square, n: int = 2) -> Workers:
    return Workers(executor, evaluate, n, verdict=lambda death, s: outcome_of_death(death, s, None))  # type: ignore[arg-type]


def trial(number: int) -> Trial:
    return Trial(number, 0, {"x": float(number)})


def all_of(evaluations: Evaluations) -> list[Ended]:
    ended: list[Ended] = []
    while evaluations.n_open:
        ended += evaluations.take(wait=True)
    return sorted(ended, key=lambda one: one.trial.number)


@pytest.mark.parametrize("kind", ["one by one", "threads", "processes"])
def test_what_is_handed_in_comes_out_with_its_outcome(kind: str, tmp_path: Path) -> None:
    if kind == "one by one":
        evaluations: Evaluations = OneByOne(square)
    else:
        executor = InProcessExecutor() if kind == "threads" else WorkerPool(2, log=tmp_path / "log")
        evaluations = workers(executor)
    for number in range(5):
        evaluations.submit(trial(number), is_noted=False)
    ended = all_of(evaluations)
    evaluations.close()
    assert [one.outcome.values["y"] for one in ended] == [0.0, 1.0, 4.0, 9.0, 16.0]
    assert {one.by.worker for one in ended if one.by} <= {0, 1}
    assert all((one.by is None) == (kind == "one by one") for one in ended)


def test_a_closure_may_be_evaluated_in_processes(tmp_path: Path) -> None:
    offset = 2.0
    evaluations = workers(
        WorkerPool(2, log=tmp_path / "log"),
        lambda one: one and Outcome("ok", {"y": one.params["x"] + offset}, {}),
    )
    evaluations.submit(trial(3), is_noted=False)
    (ended,) = all_of(evaluations)
    evaluations.close()
    assert ended.outcome.values == {"y": 5.0}


def test_each_trial_is_said_to_have_begun_once() -> None:
    evaluations = OneByOne(square)
    for number in range(3):
        evaluations.submit(trial(number), is_noted=number == 0)
    begun = [evaluations.begun()]
    while evaluations.n_open:
        evaluations.take(wait=True)
        begun.append(evaluations.begun())
    assert begun == [[], [1], [2], []]


def test_what_no_worker_has_taken_can_be_given_up() -> None:
    go = threading.Event()

    def wait(one: Trial | None) -> Outcome | None:
        if one is not None:
            go.wait()
        return square(one)

    evaluations = workers(InProcessExecutor(), wait, n=1)
    for number in range(4):
        evaluations.submit(trial(number), is_noted=False)
    begun: list[int] = []
    while not begun:
        evaluations.take(wait=True)
        begun += evaluations.begun()
    evaluations.drop_waiting()
    assert evaluations.n_open == 1
    go.set()
    assert [one.trial.number for one in all_of(evaluations)] == [0]
    evaluations.close()


def test_an_error_of_an_executor_fails_the_trial() -> None:
    def fail(one: Trial | None) -> Outcome | None:
        raise ValueError("no such module")

    with ThreadPoolExecutor(1) as executor:
        evaluations = workers(executor, fail, n=1)
        evaluations.submit(trial(0), is_noted=False)
        (ended,) = all_of(evaluations)
        evaluations.close()
    assert (ended.outcome.status, ended.outcome.message) == ("failed", "ValueError: no such module")


def test_a_function_that_cannot_be_sent_is_no_failure_of_a_trial(tmp_path: Path) -> None:
    lock = threading.Lock()
    evaluations = workers(WorkerPool(1, log=tmp_path / "log"), lambda one: lock and None, n=1)
    evaluations.submit(trial(0), is_noted=False)
    with pytest.raises(IncompatibleError, match="cannot be sent"):
        all_of(evaluations)
    evaluations.close()


def test_closing_ends_what_is_under_way(tmp_path: Path) -> None:
    def sleep(one: Trial | None) -> Outcome | None:
        if one is not None:
            time.sleep(600)
        return None

    evaluations = workers(WorkerPool(1, log=tmp_path / "log"), sleep, n=1)
    evaluations.submit(trial(0), is_noted=False)
    while not evaluations.begun():
        evaluations.take(wait=True)
    evaluations.close()
