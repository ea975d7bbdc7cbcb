"""Comparisons in the place of values: recorded, taken back, kept apart from values, saved and replayed."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from hebo import HEBO
from hebo.acq_optimizers.random import RandomSubset
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.information import Information
from hebo.optimizer.optimizer import Optimizer
from hebo.recommenders.interleaved import Interleaved
from hebo.recommenders.preferential import Preferential
from hebo.recommenders.sobol import Sobol

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "k", "type": "int", "lb": 1, "ub": 9},
        {"name": "c", "type": "cat", "categories": ["x", "y"]},
    ]
)
RECIPE = Preferential(n_initial=4, acq_optimizer=RandomSubset(n_points=64))


def made(seed: int = 0) -> Optimizer:
    return RECIPE.build(SPACE, seed=seed)


def points(*rows: tuple[float, int, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["a", "k", "c"])


ONE, TWO, THREE = points((0.1, 3, "x")), points((0.7, 4, "y")), points((0.4, 9, "x"))


def answered(n_rounds: int = 3, seed: int = 0) -> Optimizer:
    optimizer = made(seed)
    for _ in range(n_rounds):
        pair = optimizer.ask(2).sort_values("a")
        optimizer.prefer(pair.iloc[[1]], pair.iloc[[0]])
    return optimizer


def test_points_compared_are_no_longer_pending_whatever_their_labels() -> None:
    optimizer = made()
    asked = optimizer.ask(4)
    optimizer.prefer(asked.iloc[[3]], asked.iloc[[1]])
    pd.testing.assert_frame_equal(optimizer.pending, asked.iloc[[0, 2]].reset_index(drop=True))
    assert optimizer.comparisons["better"].equals(asked.iloc[[3]].reset_index(drop=True))
    assert optimizer.comparisons["worse"].equals(asked.iloc[[1]].reset_index(drop=True))
    assert len(optimizer.history) == 0


def test_points_that_nobody_asked_for_can_be_compared() -> None:
    optimizer = made()
    optimizer.prefer(ONE, TWO)
    assert optimizer.comparisons["better"].to_dict("records") == ONE.to_dict("records")
    assert len(optimizer.data.compared) == 2
    assert len(optimizer.data.x) == 0


def test_a_ranking_is_told_in_one_call() -> None:
    optimizer = made()
    ranked = optimizer.ask(4)
    optimizer.prefer(ranked[:-1], ranked[1:])
    assert len(optimizer.comparisons) == 3
    assert len(optimizer.pending) == 0


def test_points_that_went_through_a_file_are_those_that_were_asked_for() -> None:
    optimizer = made()
    rounded = optimizer.ask(2).round({"a": 7})
    optimizer.prefer(rounded.iloc[[0]], rounded.iloc[[1]])
    assert len(optimizer.pending) == 0
    optimizer.prefer(rounded.iloc[[1]], rounded.iloc[[0]])
    assert len(optimizer.data.compared) == 2


@pytest.mark.parametrize(
    ("better", "worse", "message"),
    [
        (pd.concat([ONE, TWO]), THREE, "2 better points and 1 worse ones"),
        (ONE, ONE, r"row 0: .*'a': 0.1.* is preferred to itself"),
        (pd.concat([ONE, TWO]), pd.concat([THREE, TWO]), "row 1: .* is preferred to itself"),
        (ONE.drop(columns="k"), TWO, "'k'"),
        (ONE.assign(z=1), TWO, "'z'"),
        (points((2.0, 3, "x")), TWO, "parameter 'a': 2.0"),
        (points((np.nan, 3, "x")), TWO, "parameter 'a'"),
        (points((np.inf, 3, "x")), TWO, "parameter 'a'"),
        (ONE, points((0.5, 3, "w")), "parameter 'c': 'w'"),
    ],
)
def test_an_unusable_comparison_is_refused_and_nothing_recorded(
    better: pd.DataFrame, worse: pd.DataFrame, message: str
) -> None:
    optimizer = made()
    optimizer.ask(2)
    before = optimizer.state_dict()
    with pytest.raises(DataError, match=message):
        optimizer.prefer(better, worse)
    assert optimizer.state_dict() == before


def test_a_comparison_is_no_table_of_one_side() -> None:
    with pytest.raises(DataError):
        made().prefer([0.1, 3, "x"], TWO)  # type: ignore[arg-type]


def test_values_and_comparisons_do_not_mix() -> None:
    optimizer = Sobol().build(SPACE, seed=0)
    optimizer.tell(ONE, [1.0])
    with pytest.raises(DataError, match=r"1 points were told with values; .* compare points in a new one"):
        optimizer.prefer(ONE, TWO)
    other = Sobol().build(SPACE, seed=0)
    other.prefer(ONE, TWO)
    with pytest.raises(DataError, match=r"1 comparisons were told .* tell values to a new one"):
        other.tell(ONE, [1.0])
    assert len(other.history) == 0


def test_a_recommender_of_values_refuses_comparisons_and_the_other_way_round() -> None:
    with pytest.raises(IncompatibleError, match=r"makes no use of comparisons; use .*`preferential`"):
        HEBO(SPACE, scramble_seed=0).prefer(ONE, TWO)
    optimizer = made()
    with pytest.raises(IncompatibleError, match=r"learns from comparisons alone.*`prefer"):
        optimizer.tell(ONE, [1.0])
    assert len(optimizer.history) == 0


def test_wrappers_forward_what_is_taken() -> None:
    wrapped = Interleaved(of=RECIPE, share=0.5, min_loo_r2=None)
    assert Information.COMPARISONS in wrapped.takes
    assert wrapped.max_objectives == 0
    optimizer = wrapped.build(SPACE, seed=0)
    for _ in range(3):
        pair = optimizer.ask(2)
        optimizer.prefer(pair.iloc[[0]], pair.iloc[[1]])
    assert len(optimizer.ask(4)) == 4


def test_one_comparison_is_retracted_and_the_latest_of_several() -> None:
    optimizer = made()
    optimizer.prefer(ONE, TWO)
    optimizer.prefer(TWO, THREE)
    optimizer.prefer(ONE, TWO)
    optimizer.retract(ONE, TWO)
    assert optimizer.comparisons["better"]["a"].tolist() == [0.1, 0.7]
    optimizer.retract(ONE, TWO)
    assert optimizer.comparisons["better"]["a"].tolist() == [0.7]


def test_a_comparison_that_was_not_told_is_not_retracted() -> None:
    optimizer = made()
    optimizer.prefer(ONE, TWO)
    for better, worse in ((TWO, ONE), (ONE, THREE), (pd.concat([ONE, ONE]), pd.concat([TWO, TWO]))):
        with pytest.raises(DataError, match="was not told; `comparisons` lists"):
            optimizer.retract(better, worse)
    assert len(optimizer.comparisons) == 1


def test_with_a_forgotten_point_all_its_comparisons_go() -> None:
    optimizer = made()
    optimizer.prefer(pd.concat([ONE, TWO, THREE]), pd.concat([TWO, THREE, ONE]))
    optimizer.forget(TWO)
    assert optimizer.comparisons["better"]["a"].tolist() == [0.4]
    asked = optimizer.ask(2)
    optimizer.forget(asked.iloc[[0]])
    assert len(optimizer.pending) == 1
    with pytest.raises(DataError, match="neither pending nor compared"):
        optimizer.forget(TWO)
    assert len(optimizer.comparisons) == 1


def test_the_state_goes_through_json_and_a_run_continues_from_it() -> None:
    optimizer = answered()
    state = json.loads(json.dumps(optimizer.state_dict()))
    loaded = made(seed=5)
    loaded.load_state_dict(state)
    pd.testing.assert_frame_equal(loaded.comparisons, optimizer.comparisons)
    pd.testing.assert_frame_equal(loaded.ask(2), optimizer.ask(2))


def test_rounds_are_replayed_without_computing_them() -> None:
    optimizer, rounds = made(), []
    for _ in range(3):
        pair = optimizer.ask(2)
        told = {"better": pair.iloc[[0]], "worse": pair.iloc[[1]]}
        optimizer.prefer(**told)
        rounds.append((pair, told))
    optimizer.ask(2)
    restored = made()
    restored.restore([*rounds, (optimizer.pending, None)])
    assert restored.state_dict() == optimizer.state_dict()
    pd.testing.assert_frame_equal(restored.ask(2), optimizer.ask(2))


def test_a_state_of_comparisons_is_refused_where_they_have_no_effect() -> None:
    with pytest.raises(IncompatibleError, match="makes no use of comparisons"):
        HEBO(SPACE, scramble_seed=0).load_state_dict(answered().state_dict())


def test_a_state_with_one_side_is_damaged() -> None:
    state = answered().state_dict()
    state["worse"] = state["worse"][:-1]
    with pytest.raises(DataError, match="damaged"):
        made().load_state_dict(state)


def test_a_state_of_values_has_no_word_of_comparisons() -> None:
    optimizer = Sobol().build(SPACE, seed=0)
    optimizer.tell(ONE, [1.0])
    assert "better" not in optimizer.state_dict()


def test_the_best_point_is_the_compared_one_of_the_largest_utility() -> None:
    optimizer = answered(6)
    asked = optimizer.space.decode(optimizer.data.compared)
    best = optimizer.best_x
    assert (asked == best.iloc[0]).all(axis=1).sum() == 1
    assert best["a"].item() >= asked["a"].quantile(0.6)  # a larger one was always preferred
    optimizer.ask(2)
    pd.testing.assert_frame_equal(optimizer.best_x, best)


def test_what_is_recommended_is_best_under_the_model_and_has_no_value() -> None:
    optimizer = answered(6)
    state, found = optimizer.state_dict(), optimizer.recommendation()
    assert optimizer.state_dict() == state
    assert found.mean is None
    assert found.measured is None
    model = optimizer.fit_model()
    recommended, best = (
        model.posterior(SPACE.encode(point).unsqueeze(1)).mean.item()
        for point in (found.point, optimizer.best_x)
    )
    assert recommended >= best
    pd.testing.assert_frame_equal(optimizer.recommend(), found.point)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda one: one.best_y, "have no values; `best_x`"),
        (lambda one: one.best(), "have no values; `best_x`"),
        (lambda one: one.front, "no successful evaluation"),
    ],
)
def test_compared_points_have_no_values(read: Callable[[Optimizer], object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(answered())


def test_before_the_first_comparison_there_is_no_best_point() -> None:
    with pytest.raises(DataError):
        _ = made().best_x
    with pytest.raises(DataError, match="nothing has been compared yet"):
        made().preferred()
    with pytest.raises(DataError, match="nothing to fit"):
        made().fit_model()


def test_a_recommender_without_a_model_names_no_best_point() -> None:
    optimizer = Sobol().build(SPACE, seed=0)
    optimizer.prefer(ONE, TWO)
    with pytest.raises(IncompatibleError, match="Sobol fits no model"):
        _ = optimizer.best_x


def test_the_best_point_is_of_one_context_and_keeps_the_input_constraints() -> None:
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "num", "lb": 0, "ub": 1},
            {"name": "b", "type": "num", "lb": 0, "ub": 1},
            {"name": "m", "type": "cat", "categories": ["A", "B"], "role": "context"},
        ],
        constraints=[{"type": "linear", "coefficients": {"a": 1.0}, "ub": 0.8}],
    )
    optimizer = Preferential(n_initial=2).build(space, seed=0)
    frame = pd.DataFrame({"a": [0.9, 0.7, 0.6, 0.2], "b": 0.5, "m": list("BBAA")})
    optimizer.prefer(frame[:-1], frame[1:])
    assert optimizer.preferred({"m": "B"})["a"].item() == 0.7
    assert optimizer.preferred({"m": "A"})["a"].item() == 0.6
    assert optimizer.best_x["m"].item() == "A"  # that of the point preferred last
    only = Preferential(n_initial=2).build(space, seed=0)
    only.prefer(frame[2:3], frame[3:])
    with pytest.raises(DataError, match=r"with {'m': 'B'} yet; compare points there"):
        only.preferred({"m": "B"})
    with pytest.raises(DataError, match="'a' is not a context parameter"):
        only.preferred({"a": 0.5})


def test_what_it_is_says_how_much_was_compared() -> None:
    assert "3 comparisons" in repr(answered())
