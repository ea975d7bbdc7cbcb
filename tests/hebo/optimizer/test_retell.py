"""Told points that are told anew, or forgotten."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.recommenders.random import RandomSearch
from tests.hebo.optimizer.quick import DEFINITION, frame, quick_hebo, space
from tests.hebo.peers.test_session import calls
from tests.hebo.peers.test_session import make as make_peer


def resumed(optimizer: Optimizer, other: Optimizer) -> Optimizer:
    other.load_state_dict(json.loads(json.dumps(optimizer.state_dict())))
    return other


def test_a_corrected_value_is_as_if_it_had_been_told_at_once() -> None:
    typo, right = quick_hebo(4, 3), quick_hebo(4, 3)
    points, values = typo.ask(6), [1.0, 2.0, 0.2, 0.5, 3.0, 0.1]
    right.tell(right.ask(6), values)
    typo.tell(points, [1.0, 2.0, 20.0, 0.5, 3.0, None])
    typo.retell(points.iloc[[5, 2]].astype({"a": "float32"}), [0.1, 0.2])
    assert typo.history.equals(right.history)
    expected = right.ask(2)
    again = resumed(typo, quick_hebo(4, 9))
    pd.testing.assert_frame_equal(typo.ask(2), expected)
    pd.testing.assert_frame_equal(again.ask(2), expected)


def test_a_forgotten_value_is_as_if_it_had_never_been_told() -> None:
    wrong, right = quick_hebo(4, 3), quick_hebo(4, 3)
    for one in (wrong, right):
        one.tell(one.ask(5), [1.0, 2.0, 0.2, 0.5, 3.0])
    mistake = frame(a=0.123)
    wrong.tell(mistake, [-100.0])
    wrong.forget(mistake.astype({"a": "float32"}))
    assert wrong.history.equals(right.history)
    expected = right.ask(2)
    again = resumed(wrong, quick_hebo(4, 9))
    pd.testing.assert_frame_equal(wrong.ask(2), expected)
    pd.testing.assert_frame_equal(again.ask(2), expected)


def test_a_success_can_become_a_failure(optimizer: Optimizer) -> None:
    points = optimizer.ask(2)
    optimizer.tell(points, [1.0, 2.0])
    optimizer.retell(points[:1], [np.nan])
    assert (len(optimizer.history), optimizer.best_y) == (2, 2.0)


def test_constraints_stay_unless_they_are_given(optimizer: Optimizer) -> None:
    points = optimizer.ask(2)
    optimizer.tell(points, [1.0, 2.0], constraints=[0.5, -0.5])
    optimizer.retell(points[:1], [0.1])
    assert optimizer.history["constraint_0"].tolist() == [0.5, -0.5]
    optimizer.retell(points[:1], [0.1], constraints=[-0.1])
    assert optimizer.best_y == 0.1


def test_measurements_of_one_point_are_replaced_together_in_their_order(optimizer: Optimizer) -> None:
    twice = pd.concat([frame(), frame(a=0.1), frame()])
    optimizer.tell(twice, [1.0, 2.0, 3.0])
    with pytest.raises(DataError, match=r"'a': 0.5.* was told 2 times and is given 1 times"):
        optimizer.retell(frame(), [9.0])
    with pytest.raises(DataError, match="was told 1 times and is given 2 times"):
        optimizer.forget(pd.concat([frame(a=0.1)] * 2))
    optimizer.retell(pd.concat([frame(), frame()]), [10.0, 30.0])
    assert optimizer.y[:, 0].tolist() == [10.0, 2.0, 30.0]
    optimizer.forget(pd.concat([frame(), frame()]))
    assert optimizer.y[:, 0].tolist() == [2.0]


UNUSABLE: list[tuple[dict[str, Any], list[Any], type[Exception], str]] = [
    ({"a": 0.25}, [1.0], DataError, "'a': 0.25.* is neither pending nor told"),
    ({}, ["1"], DataError, "is a str"),
    ({}, [1.0, 2.0], DataError, "y has 2 rows for 1 points"),
    ({}, [[1.0, 2.0]], DataError, "y has 2 columns, earlier values had 1"),
    ({"a": 7.0}, [1.0], DataError, "is outside"),
]


@pytest.mark.parametrize(("changes", "y", "kind", "message"), UNUSABLE)
def test_what_cannot_be_replaced_is_refused_and_nothing_changes(
    optimizer: Optimizer, changes: dict[str, Any], y: list[Any], kind: type[Exception], message: str
) -> None:
    optimizer.tell(frame(), [4.0])
    state = optimizer.state_dict()
    with pytest.raises(kind, match=message):
        optimizer.retell(frame(**changes), y)
    assert optimizer.state_dict() == state


def test_a_pending_point_is_given_up_before_a_told_one(optimizer: Optimizer) -> None:
    optimizer.tell(frame(), [4.0])
    optimizer.restore([(frame(), None)])
    optimizer.forget(frame())
    assert (len(optimizer.pending), len(optimizer.history)) == (0, 1)
    optimizer.forget(frame())
    assert len(optimizer.history) == 0


def test_pending_and_told_points_are_forgotten_together_or_not_at_all(optimizer: Optimizer) -> None:
    waiting = optimizer.ask(1)
    optimizer.tell(frame(), [4.0])
    state = optimizer.state_dict()
    with pytest.raises(DataError, match=r"0.3.* is neither pending nor told"):
        optimizer.forget(pd.concat([waiting, frame(), frame(a=0.3)]))
    assert optimizer.state_dict() == state
    optimizer.forget(pd.concat([waiting, frame()]))
    assert optimizer.pending.empty
    assert optimizer.history.empty


def test_after_all_is_forgotten_anything_may_be_measured(optimizer: Optimizer) -> None:
    optimizer.tell(frame(), [[1.0, 2.0]], constraints=pd.DataFrame({"heat": [0.0], "cost": [1.0]}))
    optimizer.forget(frame())
    assert not resumed(optimizer, RandomSearch().build(space(), seed=2)).state_dict()["x"]
    optimizer.tell(frame(), [5.0])
    assert optimizer.best_y == 5.0


# ------------------------------------------------------------------------------------ other libraries


def test_what_a_library_has_learnt_stays() -> None:
    optimizer = make_peer()
    x = optimizer.ask(2)
    optimizer.tell(x, [1.0, 2.0])
    optimizer.ask(1)
    state = optimizer.state_dict()
    for change in (lambda: optimizer.retell(x, [3.0, 4.0]), lambda: optimizer.forget(x[:1])):
        with pytest.raises(IncompatibleError, match=r"stand-in has learnt .* cannot take it back"):
            change()
    assert optimizer.state_dict() == state


def test_what_a_library_has_not_been_handed_can_be_changed() -> None:
    optimizer, resumed_one = make_peer(), make_peer()
    x = optimizer.ask(2)
    optimizer.tell(x, [1.0, 2.0])
    optimizer.retell(x[:1], [7.0])
    optimizer.forget(x[1:])
    resumed(optimizer, resumed_one)
    expected = optimizer.ask(1)
    assert calls(optimizer)[1:] == [("forget", "handle 1"), ("tell", [("handle 0", 7.0)]), ("ask", 1, 0)]
    assert resumed_one.ask(1).equals(expected)
    assert calls(resumed_one) == calls(optimizer)


# ------------------------------------------------------------------------------------ names


@pytest.mark.parametrize("name", ["objective_0", "objective_12", "constraint_0", "keeps_input_constraints"])
def test_a_parameter_cannot_have_the_name_of_a_column_of_the_history(name: str) -> None:
    parameters = [*DEFINITION, {"name": name, "type": "bool"}]
    with pytest.raises(DataError, match=f"'{name}' would be a second column of that name in `history`; ren"):
        RandomSearch().build(DesignSpace().parse(parameters), seed=0)


@pytest.mark.parametrize("name", ["objective_x", "my_objective_0", "constraint", "objective_0b"])
def test_other_names_are_free(name: str) -> None:
    optimizer = RandomSearch().build(DesignSpace().parse([*DEFINITION, {"name": name, "type": "bool"}]))
    optimizer.tell(optimizer.ask(1), [[1.0, 2.0]], constraints=[[0.0]])
    assert optimizer.history.columns.is_unique
