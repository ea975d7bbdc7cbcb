"""What a session is handed and when, with a stand-in for the library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, MissingExtraError
from hebo.optimizer.events import Tell
from hebo.peers.dimensions import Dimensions
from hebo.peers.session import PeerOptimizer, Session, Suggestion, Told, load
from hebo.random import make_generator

SPACE = DesignSpace().parse(
    [{"name": "a", "type": "num", "lb": 0.0, "ub": 1.0}, {"name": "k", "type": "int", "lb": 0, "ub": 9}]
)


class StandIn(Session):
    """Draws from the global stream and notes its calls."""

    def __init__(self, dimensions: Dimensions, seed: int) -> None:
        self.calls: list[Any] = []
        self.n_asked = 0

    def ask(self, n: int, pending: Sequence[Suggestion]) -> list[Suggestion]:
        self.calls.append(("ask", n, len(pending)))
        self.n_asked += n
        return [Suggestion((float(np.random.rand()), 3), f"handle {self.n_asked - n + i}") for i in range(n)]  # noqa: NPY002

    def tell(self, told: Sequence[Told]) -> None:
        self.calls.append(("tell", [(one.handle, one.y) for one in told]))

    def forget(self, pending: Suggestion) -> None:
        self.calls.append(("forget", pending.handle))


def make() -> PeerOptimizer:
    return PeerOptimizer(SPACE, StandIn, peer="stand-in", seed=3)


def calls(optimizer: PeerOptimizer) -> list[Any]:
    assert isinstance(optimizer.recommender.session, StandIn)
    return optimizer.recommender.session.calls


def test_values_go_to_the_library_with_their_handles_at_the_next_ask() -> None:
    optimizer = make()
    x = optimizer.ask(3)
    optimizer.tell(x.iloc[[2, 0]], [1.0, None])
    assert calls(optimizer) == [("ask", 3, 0)]
    optimizer.ask(1)
    assert calls(optimizer)[1:] == [("tell", [("handle 2", 1.0), ("handle 0", None)]), ("ask", 1, 1)]


def test_a_point_that_was_not_asked_for_has_no_handle() -> None:
    optimizer = make()
    x = optimizer.ask(1)
    x["k"] = 5
    optimizer.tell(x, [2.0])
    optimizer.ask(1)
    assert calls(optimizer)[1:] == [("tell", [(None, 2.0)]), ("ask", 1, 1)]


def test_a_forgotten_point_is_taken_off_the_list() -> None:
    optimizer = make()
    x = optimizer.ask(2)
    optimizer.forget(x[:1])
    optimizer.ask(1)
    assert calls(optimizer)[1:] == [("forget", "handle 0"), ("ask", 1, 1)]


def test_saved_and_restored_sessions_hear_the_same_again() -> None:
    optimizer, restored, loaded = make(), make(), make()
    rounds = []
    for values in ([1.0, 2.0], [None, 0.0]):
        x = optimizer.ask(2)
        optimizer.tell(x, values)
        rounds.append((x, values))
    restored.restore(rounds)
    loaded.load_state_dict(optimizer.state_dict())
    expected = optimizer.ask(2)
    assert restored.ask(2).equals(expected)
    assert loaded.ask(2).equals(expected)
    assert calls(restored) == calls(optimizer) == calls(loaded)


def test_a_point_that_came_out_differently_is_given_up_and_told_as_found() -> None:
    optimizer, restored = make(), make()
    x = optimizer.ask(1)
    found = x.assign(k=5)
    optimizer.tell(x, [2.0], evaluated_at=found)
    restored.restore([(x, [2.0], None, found)])
    expected = optimizer.ask(1)
    assert calls(optimizer)[1:] == [("forget", "handle 0"), ("tell", [(None, 2.0)]), ("ask", 1, 0)]
    assert restored.ask(1).equals(expected)
    assert calls(restored) == calls(optimizer)


def test_what_was_told_before_the_first_ask_comes_before_the_restored_rounds() -> None:
    optimizer, restored = make(), make()
    first = SPACE.decode(SPACE.sample(3, generator=make_generator(0)))
    for one in (optimizer, restored):
        one.tell(first, [3.0, 2.0, 1.0])
    x = optimizer.ask(2)
    restored.restore([(x, None)])
    assert calls(restored) == calls(optimizer)
    assert restored.ask(1).equals(optimizer.ask(1))


def test_a_state_of_another_optimizer_is_refused() -> None:
    state = make().state_dict()
    del state["events"]
    with pytest.raises(DataError, match="no 'events'"):
        make().load_state_dict(state)


def test_a_missing_library_names_the_extra() -> None:
    with pytest.raises(MissingExtraError, match=r"'\.\[peers\]'"):
        load("no_such_library")


def test_asks_and_tells_that_interleave_are_heard_in_their_order_again() -> None:
    optimizer, restored = make(), make()
    first, second = optimizer.ask(2), optimizer.ask(1)
    optimizer.tell(second, [3.0])
    third = optimizer.ask(1)
    optimizer.tell(first.iloc[[1]], [1.0])
    restored.restore(
        [
            (first, None),
            (second, None),
            Tell(second, [3.0]),
            (third, None),
            Tell(first.iloc[[1]], {"y": [1.0]}),
        ]
    )
    assert restored.ask(1).equals(optimizer.ask(1))
    assert calls(restored) == calls(optimizer)
    assert restored.pending.equals(optimizer.pending)
