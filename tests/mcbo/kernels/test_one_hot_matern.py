"""Tests of `mcbo.kernels.one_hot_matern`."""

from __future__ import annotations

import math

import pytest
import torch
from gpytorch.kernels import MaternKernel as TheirMatern
from kernel_checks import (
    CONTINUOUS,
    MIXED,
    NOMINAL,
    assert_correlation,
    assert_gradients,
    categories,
    gram,
    log_prior,
    points,
    scattered,
)
from pydantic import ValidationError

from hebo.errors import IncompatibleError
from hebo.kernels.numeric_matern import MaternKernel, unit_cube_prior
from hebo.random import make_generator
from mcbo.kernels.one_hot_matern import OneHotMatern

LETTERS = categories(3, 2, 4)


def build(*, smoothness: float = 2.5, ard: bool = True) -> MaternKernel:
    recipe = OneHotMatern(smoothness=smoothness, ard=ard)
    kernel = recipe.build(LETTERS, [0, 1, 2], generator=make_generator(0))
    assert isinstance(kernel, MaternKernel)
    return kernel


@pytest.mark.parametrize("ard", [True, False])
def test_it_is_a_correlation(ard: bool) -> None:
    kernel = OneHotMatern(ard=ard).build(MIXED, NOMINAL, generator=make_generator(0))
    assert_correlation(scattered(kernel), MIXED)


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
def test_it_agrees_with_gpytorch_on_indicators(smoothness: float) -> None:
    kernel = scattered(build(smoothness=smoothness))
    theirs = TheirMatern(nu=smoothness, ard_num_dims=9).double()
    theirs.lengthscale = kernel.lengthscale.detach()
    x1, x2 = points(LETTERS, 6, seed=1), points(LETTERS, 5, seed=2)
    indicators = [
        torch.cat([torch.nn.functional.one_hot(x[:, i].long(), c) for i, c in enumerate((3, 2, 4))], 1)
        for x in (x1, x2)
    ]
    torch.testing.assert_close(gram(kernel, x1, x2), gram(theirs, *(x.double() for x in indicators)))


def test_its_values_are_those_worked_by_hand() -> None:
    kernel = build()
    kernel.lengthscale = torch.arange(1.0, 10.0, dtype=torch.float64)  # of 3, then 2, then 4 categories
    x = torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 3.0]], dtype=torch.float64)
    s = math.sqrt(5.0) * math.sqrt(1 / 1**2 + 1 / 3**2 + 1 / 8**2 + 1 / 9**2)
    assert gram(kernel, x)[0, 1] == pytest.approx((1 + s + s**2 / 3) * math.exp(-s))


def test_one_lengthscale_counts_mismatches() -> None:
    kernel = build(smoothness=1.5, ard=False)
    kernel.lengthscale = 2.0
    x = torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 3.0]], dtype=torch.float64)
    s = math.sqrt(3.0) * math.sqrt(2 * 2) / 2.0
    assert gram(kernel, x)[0, 1] == pytest.approx((1 + s) * math.exp(-s))


@pytest.mark.parametrize("ard", [True, False])
def test_derivatives_are_those_of_finite_differences(ard: bool) -> None:
    assert_gradients(scattered(build(ard=ard)), points(LETTERS, 5), points(LETTERS, 4, seed=1))


def test_the_prior_is_that_of_as_many_numeric_columns() -> None:
    kernel = build()
    expected = unit_cube_prior(9).log_prob(kernel.lengthscale.detach()).sum()
    assert log_prior(kernel) == pytest.approx(float(expected))


def test_other_columns_are_refused() -> None:
    with pytest.raises(IncompatibleError, match="OneHotMatern"):
        OneHotMatern().check(MIXED, CONTINUOUS)
    with pytest.raises(ValidationError, match="closed form"):
        OneHotMatern(smoothness=3.5)
