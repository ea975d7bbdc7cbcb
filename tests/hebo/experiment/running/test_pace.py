from __future__ import annotations

from hebo.experiment.running.pace import Pace


def pace(n_workers: int, *, asks: list[float], evaluations: list[float]) -> Pace:
    made = Pace(n_workers)
    for seconds in asks:
        made.asked(seconds)
    for seconds in evaluations:
        made.evaluated(seconds)
    return made


def test_nothing_is_asked_for_ahead_while_asks_are_short_beside_evaluations() -> None:
    assert pace(8, asks=[0.1], evaluations=[60.0] * 8).n_ahead == 0
    assert pace(8, asks=[], evaluations=[1.0]).n_ahead == 0
    assert pace(8, asks=[1.0], evaluations=[]).n_ahead == 0


def test_as_many_points_are_ahead_as_evaluations_end_during_an_ask() -> None:
    assert pace(8, asks=[0.1], evaluations=[1.0]).n_ahead == 1
    assert pace(8, asks=[0.4], evaluations=[1.0]).n_ahead == 4


def test_there_is_one_for_each_worker_at_most() -> None:
    assert pace(8, asks=[30.0], evaluations=[1.0]).n_ahead == 8
    assert pace(8, asks=[0.1], evaluations=[0.0]).n_ahead == 8


def test_a_single_long_ask_does_not_count() -> None:
    assert pace(8, asks=[0.1, 5.0, 0.1], evaluations=[60.0]).n_ahead == 0


def test_one_worker_waits_for_each_point() -> None:
    assert pace(1, asks=[30.0], evaluations=[1.0]).n_ahead == 0
