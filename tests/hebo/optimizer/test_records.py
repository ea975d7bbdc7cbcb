"""Tests of `hebo.optimizer.records`: saving, loading and replaying what an optimizer knows."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.optimizer.optimizer import Optimizer
from hebo.recommenders.random import RandomSearch
from tests.hebo.optimizer.quick import DEFINITION, frame, quick_hebo, space


def test_state_is_json_and_continues_where_it_was_saved() -> None:
    first = quick_hebo(4, 3)
    first.tell(first.ask(4), [1.0, np.nan, 0.2, 0.5])
    first.ask(1)
    state = json.loads(json.dumps(first.state_dict()))
    second = quick_hebo(4, 99)
    second.load_state_dict(state)
    pd.testing.assert_frame_equal(first.ask(2), second.ask(2))


def test_restore_replays_rounds_without_computing_them() -> None:
    first = quick_hebo(4, 3)
    rounds = []
    for values in ([1.0, 2.0, 0.2, 0.5], [0.3, 0.1]):
        asked = first.ask(len(values))
        first.tell(asked, values)
        rounds.append((asked, values))
    pending = first.ask(2)
    second = quick_hebo(4, 3)
    second.restore([*rounds, (pending, None)])
    pd.testing.assert_frame_equal(first.pending, second.pending)
    pd.testing.assert_frame_equal(first.ask(2), second.ask(2))


def test_values_can_belong_to_other_points_than_were_asked_for() -> None:
    first, second = quick_hebo(4, 3), quick_hebo(4, 3)
    rounds = []
    for values in ([1.0, 2.0, 0.2, 0.5], [0.3]):
        asked = first.ask(len(values))
        found = asked.assign(a=0.25 + 0.01 * np.arange(len(asked)))
        first.tell(asked, values, evaluated_at=found)
        rounds.append((asked, values, None, found))
        assert first.pending.empty
        pd.testing.assert_frame_equal(first.X.tail(len(found)).reset_index(drop=True), found)
    second.restore(rounds)
    pd.testing.assert_frame_equal(first.ask(2), second.ask(2))


def test_nothing_is_recorded_of_values_with_too_few_points(optimizer: Optimizer) -> None:
    asked = optimizer.ask(2)
    with pytest.raises(DataError, match="evaluated_at has 1 points for 2 of x"):
        optimizer.tell(asked, [1.0, 2.0], evaluated_at=asked[:1])
    assert len(optimizer.pending) == 2
    assert optimizer.X.empty


def test_a_state_from_before_there_were_constraints_loads(optimizer: Optimizer) -> None:
    optimizer.tell(optimizer.ask(2), [1.0, 2.0])
    state = optimizer.state_dict()
    del state["constraints"]
    other = RandomSearch().build(space(), seed=9)
    other.load_state_dict(state)
    pd.testing.assert_frame_equal(other.ask(2), optimizer.ask(2))
    with pytest.raises(DataError, match="told without"):
        other.tell(frame(), [1.0], constraints=[0.0])


def test_unmeasured_constraints_survive_saving(optimizer: Optimizer) -> None:
    optimizer.tell(optimizer.ask(2), [1.0, 2.0], constraints=[[0.5, None], [-1.0, 0.0]])
    other = RandomSearch().build(space(), seed=9)
    other.load_state_dict(json.loads(json.dumps(optimizer.state_dict())))
    pd.testing.assert_frame_equal(other.history, optimizer.history)
    assert other.best_y == 2.0


def test_only_a_new_optimizer_can_be_restored(optimizer: Optimizer) -> None:
    optimizer.ask(1)
    with pytest.raises(DataError, match="only a new optimizer"):
        optimizer.restore([])


def test_state_of_another_space_or_format_is_refused(optimizer: Optimizer) -> None:
    other = RandomSearch().build(DesignSpace().parse(DEFINITION[:2]), seed=0)
    with pytest.raises(DataError, match="another design space"):
        optimizer.load_state_dict(other.state_dict())
    with pytest.raises(DataError, match="state format"):
        optimizer.load_state_dict({**optimizer.state_dict(), "format": 99})


def test_optimizers_pickle(optimizer: Optimizer) -> None:
    optimizer.tell(optimizer.ask(2), [1.0, 2.0])
    copy = pickle.loads(pickle.dumps(optimizer))
    pd.testing.assert_frame_equal(copy.ask(3), optimizer.ask(3))
