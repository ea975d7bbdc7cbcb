"""Tests of `hebo.kernels.overlap`."""

from __future__ import annotations

import math

import pytest
import torch
from kernel_checks import (
    CONTINUOUS,
    MIXED,
    NOMINAL,
    ORDERED,
    assert_correlation,
    assert_gradients,
    categories,
    gram,
    log_prior,
    points,
    scattered,
)

from hebo.errors import IncompatibleError
from hebo.kernels.overlap import SPREAD, Overlap, OverlapKernel
from hebo.random import make_generator


def build(*, ard: bool = True) -> OverlapKernel:
    kernel = Overlap(ard=ard).build(MIXED, NOMINAL, generator=make_generator(0))
    assert isinstance(kernel, OverlapKernel)
    return kernel


@pytest.mark.parametrize("ard", [True, False])
def test_it_is_a_correlation(ard: bool) -> None:
    assert_correlation(scattered(build(ard=ard)), MIXED)


def test_it_is_the_weighted_share_of_matches() -> None:
    kernel = scattered(build())
    w = kernel.weight[0].tolist()
    assert min(w) > 0
    assert sum(w) == pytest.approx(1.0)
    x1, x2 = points(MIXED, 6, seed=1), points(MIXED, 5, seed=2)
    expected = [
        [sum(w[i] for i, column in enumerate(NOMINAL) if a[column] == b[column]) for b in x2] for a in x1
    ]
    torch.testing.assert_close(gram(kernel, x1, x2), torch.tensor(expected, dtype=torch.float64))


def test_without_ard_every_column_weighs_the_same() -> None:
    kernel = build(ard=False)
    assert kernel.weight.tolist() == [[0.25] * 4]
    assert list(kernel.parameters()) == []
    assert log_prior(kernel) == 0.0


def test_points_that_differ_everywhere_are_uncorrelated() -> None:
    space = categories(3, 4, 5)
    kernel = scattered(Overlap().build(space, [0, 1, 2], generator=make_generator(0)))
    x = torch.tensor([[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]], dtype=torch.float64)
    assert gram(kernel, x)[0, 1] == 0.0


def test_derivatives_are_those_of_finite_differences() -> None:
    assert_gradients(scattered(build()), points(MIXED, 5, seed=1), points(MIXED, 4, seed=2))


def test_the_prior_holds_raw_weights_near_zero() -> None:
    kernel = build()
    kernel.initialize(raw_weight=torch.tensor([[0.0, 1.0, -1.0, 0.5]], dtype=torch.float64))
    expected = -0.5 * 2.25 / SPREAD**2 - 4 * math.log(SPREAD * math.sqrt(2 * math.pi))
    assert log_prior(kernel) == pytest.approx(expected)


def test_a_sample_from_the_prior_replaces_the_weights() -> None:
    kernel = build()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        kernel.sample_from_prior("weight_prior")
    assert kernel.weight.sum().item() == pytest.approx(1.0)
    assert kernel.raw_weight.abs().max() > 0


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (ORDERED, "Overlap has no correlation for the ordered parameter 'depth'"),
        (CONTINUOUS, "Overlap has no correlation for the continuous parameter 'rate'"),
        ([8], "Overlap has no correlation for the permutation parameter 'order'"),
    ],
)
def test_columns_of_another_sort_are_refused(columns: list[int], message: str) -> None:
    with pytest.raises(IncompatibleError, match=message):
        Overlap().build(MIXED, columns, generator=make_generator(0))
