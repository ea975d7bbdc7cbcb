"""Tests of `hebo.kernels.one_hot`."""

from __future__ import annotations

import torch
from kernel_checks import MIXED, NOMINAL, categories, points

from hebo.design_space.design_space import DesignSpace
from hebo.kernels.one_hot import OneHot


def test_each_column_has_one_indicator_of_its_category() -> None:
    one_hot = OneHot(categories(3, 2), [0, 1])
    x = torch.tensor([[0.0, 1.0], [2.0, 0.0]], dtype=torch.float64)
    assert one_hot(x).tolist() == [[1, 0, 0, 0, 1], [0, 0, 1, 1, 0]]


def test_two_levels_are_told_apart_whatever_their_numbers_are() -> None:
    space = DesignSpace().parse(
        [
            {"name": "pair", "type": "int", "lb": 3, "ub": 4},
            {"name": "power", "type": "pow_int", "lb": 2, "ub": 3},
        ]
    )
    one_hot = OneHot(space, [0, 1])
    corners = space.bounds
    assert one_hot(corners).tolist() == [[1, 0, 1, 0], [0, 1, 0, 1]]


def test_weighted_matches_are_those_of_a_loop() -> None:
    one_hot = OneHot(MIXED, NOMINAL)
    x1, x2 = points(MIXED, 6, seed=1)[:, NOMINAL], points(MIXED, 5, seed=2)[:, NOMINAL]
    w = torch.tensor([[0.1, 0.7, 1.3, 2.9]], dtype=torch.float64)
    expected = torch.tensor(
        [[sum(float(w[0, i]) for i in range(4) if x1[r, i] == x2[s, i]) for s in range(5)] for r in range(6)],
        dtype=torch.float64,
    )
    a, b = one_hot(x1), one_hot(x2)
    torch.testing.assert_close(one_hot.matches(a, b, w), expected)
    torch.testing.assert_close(one_hot.decay(a, b, w), (expected - 5.0).exp())


def test_without_columns_nothing_matches_and_nothing_decays() -> None:
    one_hot = OneHot(MIXED, [])
    x, w = torch.empty(4, 0, dtype=torch.float64), torch.empty(1, 0, dtype=torch.float64)
    assert torch.equal(one_hot.decay(x, x, w), torch.ones(4, 4, dtype=torch.float64))
