"""Tests of `mcbo.kernels.mallows`."""

from __future__ import annotations

import math
from itertools import combinations
from itertools import permutations as orders

import pytest
import torch
from kernel_checks import MIXED, assert_correlation, assert_gradients, gram, log_prior, points, scattered
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.correlation import log_normal
from hebo.random import make_generator
from mcbo.kernels.mallows import Mallows, MallowsKernel


def space_of(*lengths: int) -> DesignSpace:
    return DesignSpace().parse(
        [{"name": f"p{i}", "type": "permutation", "length": length} for i, length in enumerate(lengths)]
    )


def build(space: DesignSpace) -> MallowsKernel:
    kernel = Mallows().build(space, range(space.n_dims), generator=make_generator(0))
    assert isinstance(kernel, MallowsKernel)
    return kernel


def share_turned(a: Tensor, b: Tensor) -> float:
    """The share of pairs of items that two orders put differently."""
    pairs = list(combinations(range(len(a)), 2))
    return sum(bool((a[i] < a[j]) != (b[i] < b[j])) for i, j in pairs) / len(pairs)


def test_it_is_a_correlation() -> None:
    space = space_of(6, 3)
    assert_correlation(scattered(build(space)), space)


@pytest.mark.parametrize(("first", "second"), [(4, 7), (50, 2)])
def test_it_decays_with_the_share_of_pairs_turned_round(first: int, second: int) -> None:
    space = space_of(first, second)
    kernel = scattered(build(space))
    q, r = kernel.rate[0].tolist()
    x1, x2 = points(space, 5, seed=1), points(space, 4, seed=2)
    expected = [
        [
            math.exp(-q * share_turned(a[:first], b[:first]) - r * share_turned(a[first:], b[first:]))
            for b in x2
        ]
        for a in x1
    ]
    torch.testing.assert_close(gram(kernel, x1, x2), torch.tensor(expected, dtype=torch.float64))


@pytest.mark.parametrize("length", [3, 20])
def test_an_order_and_its_reverse_are_at_distance_one(length: int) -> None:
    x = torch.arange(length, dtype=torch.float64).unsqueeze(0)
    assert float(gram(build(space_of(length)), x, x.flip(1))) == pytest.approx(math.exp(-4.0))


def test_it_is_strictly_definite_on_all_orders() -> None:
    x = torch.tensor(list(orders(range(5))), dtype=torch.float64)
    assert torch.linalg.eigvalsh(gram(build(space_of(5)), x)).min() > 1e-4


def test_derivatives_are_those_of_finite_differences() -> None:
    space = space_of(4, 3)
    assert_gradients(scattered(build(space)), points(space, 2, 5, seed=1), points(space, 4, seed=2))


def test_the_rates_begin_at_the_mode_of_their_prior() -> None:
    kernel = build(space_of(4, 3))
    four = torch.tensor([[4.0, 4.0]], dtype=torch.float64)
    torch.testing.assert_close(kernel.rate.detach(), four)
    expected = log_normal(mode=4.0, spread=1.0).log_prob(four).sum()
    assert log_prior(kernel) == pytest.approx(float(expected))


def test_a_part_of_a_permutation_is_refused() -> None:
    with pytest.raises(IncompatibleError, match="1 of the 3 columns of the permutation 'p1'"):
        Mallows().build(space_of(3, 3), [0, 1, 2, 4], generator=make_generator(0))


def test_columns_of_another_sort_are_refused() -> None:
    with pytest.raises(
        IncompatibleError, match="Mallows has no correlation for the ordered parameter 'depth'"
    ):
        Mallows().build(MIXED, [1], generator=make_generator(0))
