"""Tests of `mcbo.kernels.orders`."""

from __future__ import annotations

import pytest
import torch
from kernel_checks import points
from scipy.stats import kendalltau
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from mcbo.kernels.orders import permutations, rank_correlation


def taus(x1: Tensor, x2: Tensor) -> Tensor:
    return torch.tensor([[kendalltau(a, b).statistic for b in x2] for a in x1], dtype=torch.float64)


@pytest.mark.parametrize("length", [2, 5, 50])
def test_the_rank_correlation_is_that_of_scipy(length: int) -> None:
    space = DesignSpace().parse([{"name": "p", "type": "permutation", "length": length}])
    x1, x2 = points(space, 6, seed=1), points(space, 5, seed=2)
    torch.testing.assert_close(rank_correlation(x1, x2), taus(x1, x2))
    torch.testing.assert_close(rank_correlation(x1, x1[:1].flip(1))[0, 0], taus(x1, x1[:1].flip(1))[0, 0])


def test_permutations_are_found_among_other_columns() -> None:
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "permutation", "length": 3},
            {"name": "x", "type": "num", "lb": 0, "ub": 1},
            {"name": "b", "type": "permutation", "items": ["u", "v"]},
        ]
    )
    assert permutations(space, [0, 1, 2, 4, 5]) == [[0, 1, 2], [3, 4]]
    assert permutations(space, [5, 4]) == [[1, 0]]
