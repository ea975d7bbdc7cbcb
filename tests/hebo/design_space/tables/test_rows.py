"""Tests of `hebo.design_space.tables.rows`."""

from __future__ import annotations

import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.row_index import RowIndex
from hebo.design_space.tables.rows import N_NEIGHBORS, Rows
from hebo.errors import DataError
from hebo.random import make_generator

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0.0, "ub": 1.0},
        {"name": "s", "type": "sequence", "alphabet": "ABC", "length": 4},
    ]
)
X = SPACE.sample(100, generator=make_generator("table"))
ROWS = Rows(RowIndex(X, SPACE.layout), torch.arange(100) % 4 != 0, SPACE.layout)


def numbers_of(x: torch.Tensor) -> list[int]:
    """The rows of the table that points are."""
    return [int((point == X).all(1).nonzero()[0, 0]) for point in x]


@pytest.mark.parametrize("method", ["sobol", "random"])
def test_all_rows_are_drawn_before_one_is_drawn_again(method: str) -> None:
    drawn = numbers_of(ROWS.sample(160, generator=make_generator(0), method=method))
    expected = [number for number in range(100) if number % 4]
    assert sorted(drawn[:75]) == sorted(drawn[75:150]) == expected
    assert len(set(drawn[150:])) == 10
    assert drawn[:75] != expected


def test_a_short_draw_is_the_beginning_of_a_long_one() -> None:
    short, long = (ROWS.sample(n, generator=make_generator(3)) for n in (10, 64))
    assert short.equal(long[:10])


def test_rows_are_projected_onto_themselves_and_others_onto_the_nearest_row_of_the_domain() -> None:
    assert ROWS.project(ROWS.x).equal(ROWS.x)
    left_out = X[::4]
    found = ROWS.project(left_out)
    assert ROWS.contains(found).all()
    gaps = ((left_out[:, :1] - ROWS.x[:, 0]) ** 2) + (left_out[:, None, 1:] != ROWS.x[:, 1:]).sum(-1)
    assert found.equal(ROWS.x[gaps.argmin(1)])


def test_only_its_own_rows_are_contained() -> None:
    assert ROWS.contains(X).tolist() == [number % 4 != 0 for number in range(100)]
    moved = X.clone()
    moved[:, 0] += 1e-3
    assert not ROWS.contains(moved).any()


def test_neighbors_are_the_nearest_other_rows() -> None:
    near = ROWS.neighbors(X[5], generator=make_generator(0))
    assert len(near) == N_NEIGHBORS
    assert 5 not in numbers_of(near)
    gaps = (X[5, 0] - ROWS.x[:, 0]) ** 2 + (X[5, 1:] != ROWS.x[:, 1:]).sum(-1)
    assert near.equal(ROWS.x[gaps.argsort(stable=True)[1 : N_NEIGHBORS + 1]])


def test_points_are_listed_up_to_the_limit() -> None:
    every = ROWS.points(75)
    assert every is not None
    assert every.equal(X[ROWS.numbers])
    assert ROWS.points(74) is None


def test_without_leaves_out_rows_and_does_not_mind_others() -> None:
    left = ROWS.without(torch.cat([X[[0, 1, 2]], X[:1] + 0.01]))
    assert len(left) == 73
    assert left.contains(X[[0, 1, 2, 3]]).tolist() == [False, False, False, True]
    assert len(ROWS) == 75


def test_nothing_can_be_drawn_where_nothing_is_left() -> None:
    empty = ROWS.without(X)
    assert len(empty) == 0
    for call in (lambda: empty.sample(1, generator=make_generator(0)), lambda: empty.project(X)):
        with pytest.raises(DataError, match="no candidate left"):
            call()


def test_missing_values_are_refused() -> None:
    with pytest.raises(DataError, match="NaN"):
        ROWS.project(torch.full((1, 5), torch.nan))
