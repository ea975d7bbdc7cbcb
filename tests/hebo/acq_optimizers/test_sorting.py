"""Tests of `hebo.acq_optimizers.sorting`: fronts and crowding agree with their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

from hebo.acq_optimizers import sorting
from hebo.acq_optimizers.sorting import Array, Ints, crowding, dominance, front_ranks, survivors


def some_values(n: int, m: int) -> Array:
    """Correlated values with ties."""
    values = np.random.default_rng(0).normal(size=(n, m)).round(1)
    values[:, 1:] += 2.0 * values[:, :1]
    return values


def pymoo_ranks(values: Array) -> Ints:
    """An independent implementation."""
    ranks = np.empty(len(values), dtype=np.int64)
    for rank, front in enumerate(NonDominatedSorting().do(-values)):
        ranks[front] = rank
    return ranks


def test_dominance_is_nowhere_worse_and_somewhere_better() -> None:
    places = np.array([[0, 1, 1, 0], [0, 0, 1, 1]])
    assert dominance(places).astype(int).tolist() == [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 1], [1, 0, 0, 0]]


@pytest.mark.parametrize(("n", "m"), [(1, 3), (40, 2), (200, 3)])
def test_fronts_are_those_of_another_implementation(n: int, m: int) -> None:
    values = some_values(n, m)
    assert (front_ranks(values) == pymoo_ranks(values)).all()


def test_many_points_have_the_same_fronts_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    values = some_values(300, 3)
    monkeypatch.setattr(sorting, "_DIRECT", 40)
    assert (front_ranks(values) == pymoo_ranks(values)).all()


@pytest.mark.parametrize("direct", [40, 1000])
def test_points_beyond_the_limit_share_the_last_front(direct: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "_DIRECT", direct)
    values = some_values(300, 3)
    ranks, all_ranks = front_ranks(values, 50), pymoo_ranks(values)
    ranked = ranks < ranks.max()
    assert ranked.sum() >= 50
    assert (ranks[ranked] == all_ranks[ranked]).all()
    assert (all_ranks[~ranked] >= ranks.max()).all()


def test_one_value_is_ranked_by_size() -> None:
    assert front_ranks(np.array([[1.0], [3.0], [1.0], [2.0]])).tolist() == [2, 0, 2, 1]


def test_crowding_by_hand() -> None:
    # one front of four; the third point has neighbors 1 apart (of 4) in the first value, 3 (of 8) in the other
    values = np.array([[0.0, 8.0], [3.0, 2.0], [2.0, 4.0], [4.0, 0.0]])
    distances = crowding(values, np.zeros(4, dtype=np.int64))
    assert distances.tolist() == [np.inf, 2 / 4 + 4 / 8, 3 / 4 + 6 / 8, np.inf]


def test_survivors_are_the_first_front_then_the_least_crowded() -> None:
    values = np.array([[0.0, 8.0], [3.0, 2.0], [2.0, 4.0], [4.0, 0.0], [-1.0, -1.0]])
    order, ranks, _ = survivors(values, 3)
    assert set(order) == {0, 3, 2}
    assert ranks.tolist() == [0, 0, 0]
    assert survivors(values, 5)[1].tolist() == [0, 0, 0, 0, 1]
