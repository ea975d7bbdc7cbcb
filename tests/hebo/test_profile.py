"""Phases count CPU seconds, each for itself."""

import time

import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.profile import Profile, phase
from hebo.recommenders.random import RandomSearch


@pytest.fixture
def clock(monkeypatch):
    """A CPU clock that the test moves."""
    now = [0.0]
    monkeypatch.setattr(time, "process_time", lambda: now[0])
    return now


def test_a_phase_counts_without_the_phases_inside_it(clock):
    profile = Profile()
    with profile.phase("rest"):
        clock[0] += 1
        with profile.phase("fit"):
            clock[0] += 10
            with profile.phase("search"):
                clock[0] += 100
        with profile.phase("fit"):
            clock[0] += 20
        clock[0] += 2
    assert profile.seconds == {"search": 100, "fit": 30, "rest": 3}
    assert profile.total == 133


def test_seconds_of_another_process_are_added(clock):
    profile = Profile()
    with profile.phase("rest"):
        clock[0] += 1
        profile.add("search", 5.0)
    assert profile.seconds == {"search": 5, "rest": 1}


def test_a_recording_forgets_what_was_before_and_hears_of_phases_anywhere(clock):
    profile = Profile()
    profile.add("fit", 1.0)
    with profile.recording():
        clock[0] += 2
        with phase("search"):
            clock[0] += 3
    assert profile.seconds == {"rest": 2, "search": 3}


def test_without_a_recording_a_phase_is_measured_nowhere(clock):
    profile = Profile()
    with phase("search"):
        clock[0] += 3
    assert profile.total == 0


def test_an_exception_ends_the_phase(clock):
    profile = Profile()
    with pytest.raises(KeyError):
        _fail_in(profile, clock)
    with profile.phase("search"):
        clock[0] += 2
    assert profile.seconds == {"fit": 1, "rest": 0, "search": 2}


def test_waiting_is_not_working(clock):
    profile = Profile()
    with profile.phase("rest"):
        time.sleep(0.01)  # moves every clock but that of the CPU
    assert profile.total == 0


def test_every_ask_starts_anew():
    optimizer = RandomSearch().build(
        DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}]), seed=0
    )
    optimizer.profile.add("fit", 1e6)
    optimizer.ask()
    assert set(optimizer.profile.seconds) == {"rest"}
    assert 0 < optimizer.profile.total < 1e6


def _fail_in(profile, clock):
    with profile.phase("rest"), profile.phase("fit"):
        clock[0] += 1
        raise KeyError
