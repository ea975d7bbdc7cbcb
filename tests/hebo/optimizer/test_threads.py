"""Threads that share an optimizer, and optimizers that work in threads side by side."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.fallbacks import counting_fallbacks, note_fallback
from hebo.optimizer.locking import Lock
from hebo.optimizer.optimizer import Optimizer
from hebo.recommenders.random import RandomSearch
from hebo.recommenders.sobol import Sobol
from mcbo.recommenders.genetic import GeneticAlgorithm
from tests.hebo.optimizer.quick import quick_hebo, space
from tests.hebo.peers.test_session import make as make_peer

FINITE = DesignSpace().parse([{"name": "k", "type": "int", "lb": 1, "ub": 400}])


def value_of(points: pd.DataFrame) -> pd.Series[float]:
    return points["k"] * 1.0


def at_once(*calls: Callable[[], object]) -> list[object]:
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(call) for call in calls]
        return [future.result(timeout=300) for future in futures]


@pytest.mark.parametrize("recipe", [RandomSearch(), Sobol(), GeneticAlgorithm(n_initial=20)], ids=repr)
def test_four_threads_share_the_points_of_a_finite_space(recipe: RandomSearch) -> None:
    optimizer = recipe.build(FINITE, seed=0)

    def work() -> None:
        for _ in range(20):
            points = optimizer.ask(2)
            optimizer.tell(points, value_of(points))

    at_once(*[work] * 4)
    history = optimizer.history
    assert len(history) == 160
    assert history["k"].is_unique
    assert (history["k"] == history["objective_0"]).all()
    assert optimizer.pending.empty
    assert optimizer.n_asks == 80


def test_readers_never_see_half_a_change(optimizer: Optimizer) -> None:
    done = Event()

    def read() -> int:
        n_seen = 0
        while not done.is_set() or not n_seen:
            history, state = optimizer.history, optimizer.state_dict()
            assert (history["k"] == history["objective_0"]).all()
            assert len(state["x"]) == len(state["y"] or [])
            assert len(optimizer.X) <= len(optimizer.history)
            copied = pickle.loads(pickle.dumps(optimizer)).history
            assert (copied["k"] == copied["objective_0"]).all()
            n_seen += 1
        return n_seen

    def write() -> None:
        try:
            for _ in range(60):
                points = optimizer.ask(3)
                optimizer.tell(points, value_of(points))
                optimizer.forget(optimizer.ask(1))
                optimizer.retell(points, value_of(points))
        finally:
            done.set()

    optimizer.tell(first := optimizer.ask(1), value_of(first))
    at_once(write, read, read)
    assert len(optimizer.history) == 181


def test_an_ask_keeps_a_tell_of_another_thread_waiting() -> None:
    optimizer = quick_hebo(4, 0)
    inside, go_on = Event(), Event()
    recommended = optimizer._recommended

    def slow(*args: object) -> object:
        inside.set()
        assert go_on.wait(60)
        return recommended(*args)  # type: ignore[arg-type]

    points = optimizer.ask(2)
    optimizer._recommended = slow  # type: ignore[method-assign, assignment]
    asking = Thread(target=optimizer.ask)
    asking.start()
    assert inside.wait(60)
    telling = Thread(target=optimizer.tell, args=(points, [1.0, 2.0]))
    try:
        telling.start()
        telling.join(0.2)
        assert telling.is_alive()
    finally:
        go_on.set()
        asking.join(60)
        telling.join(60)
    assert len(optimizer.history) == 2


def test_optimizers_side_by_side_go_as_they_would_alone() -> None:
    def run(seed: int) -> pd.DataFrame:
        optimizer = make_peer() if seed == 0 else RandomSearch().build(space(), seed=seed)
        for _ in range(30):
            points = optimizer.ask(2)
            optimizer.tell(points, value_of(points))
        return optimizer.history

    alone = [run(0), run(0), run(1)]
    together = at_once(*(lambda seed=seed: run(seed) for seed in (0, 0, 1)))  # type: ignore[misc]
    for one, other in zip(alone, together, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_a_peer_may_be_asked_from_any_thread() -> None:
    optimizer = make_peer()

    def work() -> None:
        for _ in range(10):
            points = optimizer.ask(2)
            optimizer.tell(points, value_of(points))

    at_once(*[work] * 4)
    assert len(optimizer.history) == 80
    assert optimizer.pending.empty
    other = make_peer()
    other.load_state_dict(optimizer.state_dict())
    pd.testing.assert_frame_equal(other.ask(2), optimizer.ask(2))


def test_fallbacks_are_counted_where_they_happen() -> None:
    def fall(n: int) -> int:
        with counting_fallbacks() as counter:
            for _ in range(n):
                note_fallback("test of threads")
            return counter["test of threads"]

    assert at_once(lambda: fall(300), lambda: fall(200)) == [300, 200]


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_has_a_lock_and_a_history_of_its_own(
    optimizer: Optimizer, copier: Callable[[Optimizer], Optimizer]
) -> None:
    optimizer.tell(points := optimizer.ask(2), value_of(points))
    other = copier(optimizer)
    assert isinstance(other._lock, Lock)
    assert other._lock is not optimizer._lock
    pd.testing.assert_frame_equal(other.ask(2), optimizer.ask(2))
    other.forget(points)
    assert len(optimizer.history) == 2
