"""Tests of `hebo.design_space.tables.row_index`."""

from __future__ import annotations

import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables import row_index
from hebo.design_space.tables.row_index import RowIndex
from hebo.random import make_generator

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -1.0, "ub": 3.0},
        {"name": "k", "type": "int", "lb": 1, "ub": 9},
        {"name": "c", "type": "cat", "categories": ["u", "v", "w"]},
    ]
)
X = SPACE.sample(200, generator=make_generator("table"))
INDEX = RowIndex(X, SPACE.layout)


def test_each_row_is_found_and_nothing_else() -> None:
    order = torch.randperm(200, generator=make_generator(0))
    assert INDEX.find(X[order]).equal(order)
    others = SPACE.sample(50, generator=make_generator("others"))
    assert (INDEX.find(others) == -1).all()


def test_rounding_is_forgiven_and_a_difference_is_not() -> None:
    noise = torch.tensor([3e-6, 4e-6, 0.0], dtype=torch.float64)
    assert INDEX.find(X + noise).equal(torch.arange(200))
    assert INDEX.find(X - noise).equal(torch.arange(200))
    assert (INDEX.find(X + torch.tensor([1e-5, 0.0, 0.0])) == -1).all()


def test_values_off_the_ends_and_missing_ones_are_no_rows() -> None:
    x = X[:1].repeat(4, 1)
    x[0, 0], x[1, 0], x[2, 0] = torch.inf, -torch.inf, torch.nan
    assert INDEX.find(x).tolist() == [-1, -1, -1, 0]


def test_the_first_repetition_is_named() -> None:
    assert INDEX.first_repeat() is None
    x = X.clone()
    x[150], x[90] = x[3], x[7]
    assert RowIndex(x, SPACE.layout).first_repeat() == (7, 90)
    x[90, 0] += 1e-14
    assert RowIndex(x, SPACE.layout).first_repeat() == (3, 150)


def test_of_close_rows_a_point_is_the_one_it_equals_and_else_the_nearest() -> None:
    x = X[:3].clone()
    x[1:] = x[0]
    x[1, 0] += 1e-9
    x[2, 0] += 2e-9
    index = RowIndex(x, SPACE.layout)
    assert index.first_repeat() is None
    assert index.find(x).tolist() == [0, 1, 2]
    assert index.find(x + torch.tensor([4e-10, 0.0, 0.0])).tolist() == [0, 1, 2]
    assert index.within(x[0], SPACE.layout.tolerance(x[:1])[0]).tolist() == [0, 1, 2]


@pytest.mark.parametrize("max_pairs", [64, 2**20])
def test_the_nearest_row_is_that_of_brute_force(max_pairs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_index, "MAX_PAIRS", max_pairs)
    points = SPACE.sample(20, generator=make_generator("points"))
    kept = torch.arange(0, 200, 3)
    expected = []
    for point in points.tolist():
        gaps = [
            ((point[0] - row[0]) / 4.0) ** 2 + ((point[1] - row[1]) / 8.0) ** 2 + (point[2] != row[2])
            for row in X[kept].tolist()
        ]
        expected.append(int(kept[gaps.index(min(gaps))]))
    assert INDEX.nearest(points, kept).tolist() == expected
