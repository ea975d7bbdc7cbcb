"""The protocol, with a small script in the place of the other environment."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, EvaluationError
from hebo.peers.external import External, ExternalSession
from hebo.peers.session import PeerOptimizer

STAND_IN = str(Path(__file__).parents[2] / "support" / "stand_in.py")
SPACE = DesignSpace().parse(
    [{"name": "a", "type": "num", "lb": -1.0, "ub": 2.0}, {"name": "b", "type": "num", "lb": 0.0, "ub": 1.0}]
)


def recipe(*arguments: str, **settings: Any) -> External:
    return External(command=(sys.executable, STAND_IN, *arguments), name="stand-in", **settings)


def make(*arguments: str, **settings: Any) -> PeerOptimizer:
    return recipe(*arguments, **settings).build(SPACE, seed=1)


def test_points_come_from_the_program_and_its_seconds_count() -> None:
    optimizer = make()
    x = optimizer.ask(3)
    assert SPACE.contains(SPACE.encode(x)).all()
    assert optimizer.profile.seconds["external"] == 0.25
    optimizer.tell(x, [1.0, None, 2.0])
    shrunk = optimizer.ask(2)
    assert (shrunk["b"] <= 0.25).all()
    assert optimizer.profile.seconds["external"] == 0.5


def test_replay_gives_the_same_points() -> None:
    optimizer = make()
    rounds = []
    for values in ([1.0, None], [2.0, 0.5]):
        x = optimizer.ask(2)
        optimizer.tell(x, values)
        rounds.append((x, values))
    restored = make()
    restored.restore(rounds)
    pd.testing.assert_frame_equal(optimizer.ask(2), restored.ask(2))


def test_the_program_has_one_thread_and_not_our_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/ours")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    optimizer = make(env={"OURS": "yes"})
    session = ExternalSession(optimizer.dimensions, recipe(env={"OURS": "yes"}), 0)
    answer = session._child.call({"op": "start", "space": [], "seed": 0})
    assert answer["environment"] == {"OMP_NUM_THREADS": "1", "PYTHONPATH": None, "OURS": "yes"}
    session.close()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("chatter", "answered 'fitting ...', which is no JSON object"),
        ("outside", "unusable points .* outside"),
        ("few", "asked for 2 points"),
        ("untimed", "cpu_seconds = None to 'ask'"),
        ("error", "reports: no model"),
        ("die", "ended.*at op 'ask'.*out of luck"),
    ],
)
def test_a_breach_of_the_protocol_is_named(fault: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        make(fault).ask(2)


def test_a_program_that_does_not_answer_is_ended() -> None:
    optimizer = make("sleep", timeout_seconds=0.5)
    with pytest.raises(EvaluationError, match=r"no answer in 0\.5 s"):
        optimizer.ask(1)
    with pytest.raises(EvaluationError, match="has ended"):
        optimizer.ask(1)


def test_a_program_ends_with_its_optimizer() -> None:
    optimizer = make()
    optimizer.ask(1)
    process = optimizer.recommender.session._child._process  # type: ignore[union-attr,attr-defined]
    assert process.poll() is None
    del optimizer
    assert process.poll() == 0


def test_a_missing_program_is_refused_at_once() -> None:
    with pytest.raises(ConfigError, match=r"'\.venv-none/bin/python' is not found"):
        External(command=(".venv-none/bin/python",)).build(SPACE, seed=0)
