from __future__ import annotations

import pandas as pd
import pytest
from pydantic import ValidationError

from tasks.synthetic.sphere import Sphere
from tasks.synthetic.two_level import BraninTwoLevel
from tasks.wrappers import timed
from tasks.wrappers.timed import Timed


class Clock:
    """Stands in for `time`: sleeping moves it on, and so does looking at it, a little."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        self.now += 0.001
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timed, "time", clock)
    return clock


POINTS = pd.DataFrame({"x1": [1.0, 2.0, 3.0], "x2": [0.0, 0.0, 0.0]})


def test_each_point_takes_its_seconds_asleep(clock: Clock) -> None:
    table = Timed(task=Sphere(), seconds=2.0).evaluate(POINTS)
    assert table["y"].tolist() == [1.0, 4.0, 9.0]
    assert clock.now >= 6.0
    assert sum(clock.slept) == pytest.approx(6.0, abs=0.01)


def test_busy_waits_without_sleeping(clock: Clock) -> None:
    Timed(task=Sphere(), seconds=0.5, busy=True).evaluate(POINTS)
    assert clock.now >= 1.5
    assert clock.slept == []


def test_time_the_task_takes_itself_is_not_added(clock: Clock) -> None:
    class Slow(Sphere):
        def _evaluate(self, frame: pd.DataFrame, rng: object) -> object:  # type: ignore[override]
            clock.now += 10.0
            return super()._evaluate(frame, rng)  # type: ignore[arg-type]

    Timed(task=Slow(), seconds=2.0).evaluate(POINTS)
    assert clock.slept == []


def test_negative_seconds_are_refused() -> None:
    with pytest.raises(ValidationError, match="seconds"):
        Timed(task=Sphere(), seconds=-1.0)


def test_the_time_that_a_point_took_may_be_its_cost(clock: Clock) -> None:
    task = Timed(task=Sphere(), seconds=2.0, as_cost=True)
    assert task.cost_column == "seconds"
    assert task.evaluate(POINTS)["seconds"].tolist() == pytest.approx([2.0] * 3, abs=0.01)
    assert Timed(task=Sphere(), seconds=0.0).cost_column is None
    with pytest.raises(ValidationError, match="has costs already, in 'cost'"):
        Timed(task=BraninTwoLevel(), seconds=0.0, as_cost=True)
    assert Timed(task=BraninTwoLevel(), seconds=0.0).cost_column == "cost"
