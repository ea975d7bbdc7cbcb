"""Tests of `mcbo.kernels.kendall`."""

from __future__ import annotations

from itertools import permutations as orders

import pytest
import torch
from kernel_checks import MIXED, assert_correlation, assert_gradients, gram, log_prior, points, scattered
from scipy.stats import kendalltau
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.correlation import log_normal
from hebo.random import make_generator
from mcbo.kernels.kendall import Kendall, KendallKernel


def space_of(*lengths: int) -> DesignSpace:
    return DesignSpace().parse(
        [{"name": f"p{i}", "type": "permutation", "length": length} for i, length in enumerate(lengths)]
    )


def build(space: DesignSpace) -> KendallKernel:
    kernel = Kendall().build(space, range(space.n_dims), generator=make_generator(0))
    assert isinstance(kernel, KendallKernel)
    return kernel


def taus(x1: Tensor, x2: Tensor) -> Tensor:
    return torch.tensor([[kendalltau(a, b).statistic for b in x2] for a in x1], dtype=torch.float64)


def test_it_is_a_correlation() -> None:
    space = space_of(5, 3)
    kernel = scattered(build(space))
    kernel.offset = kernel.offset.detach() + 1.0  # never negative
    assert_correlation(kernel, space)


def test_it_is_the_product_of_shifted_rank_correlations() -> None:
    space = space_of(4, 6)
    kernel = scattered(build(space))
    c, d = kernel.offset[0].tolist()
    x1, x2 = points(space, 7, seed=1), points(space, 5, seed=2)
    first, second = taus(x1[:, :4], x2[:, :4]), taus(x1[:, 4:], x2[:, 4:])
    torch.testing.assert_close(gram(kernel, x1, x2), (c + first) / (c + 1) * (d + second) / (d + 1))


def test_at_offset_one_it_is_the_share_of_pairs_in_common() -> None:
    kernel = build(space_of(4))
    x = torch.tensor([[0, 1, 2, 3], [1, 0, 2, 3], [3, 2, 1, 0]], dtype=torch.float64)
    expected = torch.tensor([1.0, 5 / 6, 0.0], dtype=torch.float64)
    torch.testing.assert_close(gram(kernel, x[:1], x)[0], expected)


def test_without_an_offset_it_is_definite_on_all_orders_and_negative_at_reversal() -> None:
    kernel = build(space_of(5))
    kernel.offset = 1e-9
    x = torch.tensor(list(orders(range(5))), dtype=torch.float64)
    k = gram(kernel, x)
    eigenvalues = torch.linalg.eigvalsh(k)
    assert eigenvalues.min() > -1e-10
    assert int((eigenvalues > 1e-6).sum()) == 10  # one effect of each pair of items
    torch.testing.assert_close(gram(kernel, x, 4 - x).diagonal(), -torch.ones(120, dtype=torch.float64))


def test_derivatives_are_those_of_finite_differences() -> None:
    space = space_of(4, 3)
    assert_gradients(scattered(build(space)), points(space, 2, 5, seed=1), points(space, 4, seed=2))


def test_the_offsets_begin_at_one_and_have_a_log_normal_prior() -> None:
    kernel = build(space_of(4, 3))
    one = torch.ones(1, dtype=torch.float64)
    assert torch.equal(kernel.offset, torch.ones(1, 2, dtype=torch.float64))
    assert log_prior(kernel) == pytest.approx(2 * float(log_normal(mode=1.0, spread=1.0).log_prob(one)))


def test_one_item_has_one_order() -> None:
    space = space_of(1, 4)
    x = points(space, 6)
    torch.testing.assert_close(gram(build(space), x), gram(build(space_of(4)), x[:, 1:]))


def test_a_part_of_a_permutation_is_refused() -> None:
    with pytest.raises(IncompatibleError, match="2 of the 3 columns of the permutation 'p0'"):
        Kendall().build(space_of(3, 3), [0, 1, 3, 4, 5], generator=make_generator(0))


def test_columns_of_another_sort_are_refused() -> None:
    with pytest.raises(
        IncompatibleError, match="Kendall has no correlation for the nominal parameter 'letter'"
    ):
        Kendall().build(MIXED, [0], generator=make_generator(0))
