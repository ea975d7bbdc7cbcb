"""Tests of `hebo.optimizer.optimizer`: ask, tell, pending points, and every bad tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.acquisitions.improvement import LogEI
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.hebo import HEBO
from hebo.presets import HEBORecipe
from hebo.recommenders.random import RandomSearch
from hebo.recommenders.sobol import Sobol
from tests.hebo.optimizer.quick import DEFINITION, ROW, frame, quick_hebo, space


def test_asked_points_are_pending_until_told(optimizer: Optimizer) -> None:
    asked = optimizer.ask(3)
    assert len(optimizer.pending) == 3
    optimizer.tell(asked.iloc[[1]], [1.0])
    assert len(optimizer.pending) == 2
    optimizer.tell(asked.iloc[[2, 0]], [2.0, 3.0])
    assert len(optimizer.pending) == 0
    assert optimizer.y.flatten().tolist() == [1.0, 2.0, 3.0]


def test_forgotten_points_are_no_longer_pending(optimizer: Optimizer) -> None:
    asked = optimizer.ask(2)
    optimizer.forget(asked.iloc[[0]])
    assert len(optimizer.pending) == 1
    with pytest.raises(DataError, match="neither pending nor told"):
        optimizer.forget(frame(a=0.123))
    assert len(optimizer.pending) == 1


def test_foreign_points_are_welcome(optimizer: Optimizer) -> None:
    optimizer.tell(frame(), [4.0])
    assert optimizer.best_y == 4.0
    assert optimizer.best_x.iloc[0].to_dict() == ROW


def test_failures_stay_in_the_history_but_not_among_the_successes(optimizer: Optimizer) -> None:
    optimizer.tell(pd.concat([frame(), frame(k=4)]), [np.nan, 2.0])
    assert len(optimizer.history) == 2
    assert optimizer.history["objective_0"].isna().tolist() == [True, False]
    assert optimizer.X["k"].tolist() == [4]
    assert optimizer.best_y == 2.0


def test_there_is_no_best_point_before_a_success(optimizer: Optimizer) -> None:
    optimizer.tell(frame(), [None])
    with pytest.raises(DataError, match="no successful evaluation"):
        _ = optimizer.best_y
    with pytest.raises(DataError, match="no successful evaluation"):
        _ = optimizer.best_x


@pytest.mark.parametrize("n", [0, -1, 1.5, True, "3", None])
def test_a_count_that_is_no_positive_integer_is_refused(optimizer: Optimizer, n: Any) -> None:
    with pytest.raises(DataError, match="positive whole number"):
        optimizer.ask(n)
    assert optimizer.n_asks == 0


def test_fixed_values_hold_in_every_suggestion(optimizer: Optimizer) -> None:
    asked = optimizer.ask(5, fixed={"c": "v", "k": 7})
    assert asked["c"].tolist() == ["v"] * 5
    assert asked["k"].tolist() == [7] * 5


@pytest.mark.parametrize(("fixed", "message"), [({"z": 1}, "z"), ({"k": 99}, "99"), ({"c": "w"}, "w")])
def test_bad_fixed_values_are_refused(optimizer: Optimizer, fixed: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        optimizer.ask(1, fixed=fixed)


# ------------------------------------------------------------------------------------ bad tells

BAD_POINTS = {
    "missing column": (pd.DataFrame([{"a": 0.5, "k": 3}]), "'c'"),
    "unknown column": (frame(z=1), "z"),
    "out of bounds": (frame(a=1.5), "1.5"),
    "far out of bounds": (frame(a=1e300), "1e\\+300"),
    "not integral": (frame(k=2.5), "2.5"),
    "unknown category": (frame(c="w"), "w"),
    "NaN": (frame(a=float("nan")), "a"),
    "None": (frame(a=None), "a"),
    "infinite": (frame(a=float("inf")), "inf"),
    "text": (frame(a="abc"), "abc"),
    "complex": (frame(a=1j), "1j"),
    "not a frame": ([ROW], "DataFrame|frame"),
}


@pytest.mark.parametrize(("x", "message"), BAD_POINTS.values(), ids=BAD_POINTS)
def test_unusable_points_are_refused_and_nothing_is_recorded(
    optimizer: Optimizer, x: Any, message: str
) -> None:
    optimizer.tell(frame(), [1.0])
    with pytest.raises(DataError, match=message):
        optimizer.tell(x, [2.0])
    assert len(optimizer.history) == 1


BAD_VALUES = ["abc", 1 + 2j, float("-inf"), {}, [1.0, 2.0, 3.0]]


@pytest.mark.parametrize("y", BAD_VALUES, ids=repr)
def test_unusable_values_are_refused_and_nothing_is_recorded(optimizer: Optimizer, y: Any) -> None:
    asked = optimizer.ask(2)
    with pytest.raises(DataError):
        optimizer.tell(asked, y if isinstance(y, list) else [1.0, y])
    assert len(optimizer.history) == 0
    assert len(optimizer.pending) == 2


GOOD_BUT_ODD: dict[str, list[Any]] = {
    "NaN": [1.0, np.nan, 2.0, 3.0, 0.5],
    "inf": [1.0, np.inf, 2.0, 3.0, 0.5],
    "None": [1.0, None, 2.0, 3.0, 0.5],
    "all failed": [np.nan] * 5,
    "one success": [np.nan, np.nan, 1.0, np.nan, np.nan],
    "1e300": [1.0, 1e300, 2.0, 3.0, 0.5],
    "-1e300": [1.0, -1e300, 2.0, 3.0, 0.5],
    "both huge": [1e300, -1e300, 1e300, 0.0, 1.0],
    "constant": [2.0] * 5,
    "nearly constant": [1.0, 1.0, 1.0, 1.0, 1.0 + 1e-15],
    "tiny": [1e-300, 2e-300, 3e-300, 1e-299, 5e-300],
    "large offset": [1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4, 1e9],
}


@pytest.mark.parametrize("y", GOOD_BUT_ODD.values(), ids=GOOD_BUT_ODD)
def test_hebo_goes_on_sanely_after_odd_values(y: list[Any]) -> None:
    optimizer = quick_hebo(5, 0)
    optimizer.tell(optimizer.ask(5), y)
    for _ in range(2):
        asked = optimizer.ask(2)
        encoded = optimizer.space.encode(asked)
        assert optimizer.space.contains(encoded).all()
        assert not torch.isnan(encoded).any()
        optimizer.tell(asked, [1.0, 2.0])


def test_hebo_takes_duplicated_points(optimizer: Optimizer) -> None:
    hebo = quick_hebo(2, 0)
    hebo.tell(pd.concat([frame()] * 6), [1.0, 1.1, 0.9, 1.0, 5.0, 1.0])
    assert len(hebo.ask(2)) == 2


def test_more_objectives_than_an_optimizer_takes_are_refused() -> None:
    single = HEBORecipe(acquisition=LogEI()).build(space(), seed=0)
    with pytest.raises(
        IncompatibleError, match=r"takes 1 objective\(s\), y has 2 columns; use an acq.*log_ehvi"
    ):
        single.tell(frame(), [[1.0, 2.0]])
    assert not len(single.history)
    several = RandomSearch().build(space(), seed=0)
    several.tell(frame(), [[1.0, 2.0]])
    assert several.y.tolist() == [[1.0, 2.0]]


# ------------------------------------------------------------------------------------ roles


def test_context_must_be_given_and_is_never_chosen() -> None:
    with_context = DesignSpace().parse(
        [*DEFINITION, {"name": "t", "type": "num", "lb": 0, "ub": 1, "role": "context"}]
    )
    optimizer = Sobol().build(with_context, seed=0)
    with pytest.raises(DataError, match="context parameter 't' has no value"):
        optimizer.ask(1)
    assert optimizer.ask(4, fixed={"t": 0.25})["t"].tolist() == [0.25] * 4


def test_fidelity_is_the_target_unless_fixed() -> None:
    with_fidelity = DesignSpace().parse(
        [*DEFINITION, {"name": "s", "type": "num", "lb": 0, "ub": 1, "role": "fidelity"}]
    )
    optimizer = Sobol().build(with_fidelity, seed=0)
    assert optimizer.ask(2)["s"].tolist() == [1.0, 1.0]
    assert optimizer.ask(1, fixed={"s": 0.5})["s"].tolist() == [0.5]


def test_without_a_seed_the_global_numpy_stream_decides() -> None:
    asked = []
    for _ in range(2):
        np.random.seed(11)  # noqa: NPY002
        asked.append(HEBO(space()).ask(3))
    pd.testing.assert_frame_equal(*asked)


def test_with_a_seed_global_streams_neither_matter_nor_move() -> None:
    asked = []
    for seed in (1, 2):
        np.random.seed(seed)  # noqa: NPY002
        torch.manual_seed(seed)
        before = np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
        optimizer = quick_hebo(3, 5)
        optimizer.tell(optimizer.ask(3), [1.0, 2.0, 3.0])
        asked.append(optimizer.ask(2))
        assert (np.random.get_state()[1] == before[0]).all()  # noqa: NPY002
        assert torch.equal(torch.get_rng_state(), before[1])
    pd.testing.assert_frame_equal(*asked)


def test_told_frames_are_not_modified(optimizer: Optimizer) -> None:
    x = frame()
    copy = x.copy()
    optimizer.tell(x, [1.0])
    pd.testing.assert_frame_equal(x, copy)


def test_an_empty_space_is_refused() -> None:
    with pytest.raises(DataError, match="no parameters"):
        RandomSearch().build(DesignSpace(), seed=0)


def test_all_frames_of_an_optimizer_have_the_types_of_their_values(optimizer: Optimizer) -> None:
    for frames in (optimizer.pending, optimizer.history, optimizer.X):
        assert frames[["a", "k"]].dtypes.astype(str).tolist() == ["float64", "int64"]
    asked = optimizer.ask(3)
    optimizer.tell(asked[:2], [1.0, 2.0])
    for frames in (asked, optimizer.pending, optimizer.history, optimizer.X, optimizer.best_x):
        assert frames[["a", "k"]].dtypes.astype(str).tolist() == ["float64", "int64"]
