"""Tests of `hebo.kernels.numeric_matern`."""

from __future__ import annotations

import math

import pytest
import torch
from gpytorch.kernels import MaternKernel as TheirMatern
from kernel_checks import (
    CONTINUOUS,
    MIXED,
    NOMINAL,
    ORDERED,
    assert_correlation,
    assert_gradients,
    gram,
    log_prior,
    points,
    scattered,
)
from pydantic import ValidationError

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.numeric_matern import (
    MaternKernel,
    NumericMatern,
    UnitInterval,
    unit_cube_prior,
)
from hebo.random import make_generator

COLUMNS = CONTINUOUS + ORDERED
NUMERIC = DesignSpace().parse(
    [{"name": name, "type": "num", "lb": -1.0, "ub": upper} for name, upper in (("a", 1.0), ("b", 9.0))]
)


def build(*, smoothness: float = 2.5, ard: bool = True) -> MaternKernel:
    recipe = NumericMatern(smoothness=smoothness, ard=ard)
    kernel = recipe.build(MIXED, COLUMNS, generator=make_generator(0))
    assert isinstance(kernel, MaternKernel)
    return kernel


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
@pytest.mark.parametrize("ard", [True, False])
def test_it_is_a_correlation(smoothness: float, ard: bool) -> None:
    assert_correlation(scattered(build(smoothness=smoothness, ard=ard)), MIXED)


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
def test_it_agrees_with_gpytorch_on_scaled_columns(smoothness: float) -> None:
    kernel = scattered(build(smoothness=smoothness))
    theirs = TheirMatern(nu=smoothness, ard_num_dims=4).double()
    theirs.lengthscale = kernel.lengthscale.detach()
    x1, x2 = points(MIXED, 6, seed=1), points(MIXED, 5, seed=2)
    lower, upper = MIXED.bounds
    scaled = [((x - lower) / (upper - lower))[:, COLUMNS] for x in (x1, x2)]
    torch.testing.assert_close(gram(kernel, x1, x2), gram(theirs, *scaled))


def test_its_values_are_those_worked_by_hand() -> None:
    kernel = NumericMatern(ard=False).build(NUMERIC, [0, 1], generator=make_generator(0))
    kernel.lengthscale = 0.5
    x = torch.tensor(
        [[-1.0, -1.0], [0.0, 9.0]], dtype=torch.float64
    )  # (0, 0) and (1/2, 1) in the unit square
    s = math.sqrt(5.0) * math.sqrt(0.25 + 1.0) / 0.5
    assert gram(kernel, x)[0, 1] == pytest.approx((1 + s + s**2 / 3) * math.exp(-s))
    rough = NumericMatern(smoothness=1.5, ard=False).build(NUMERIC, [0, 1], generator=make_generator(0))
    rough.lengthscale = 0.5
    s = math.sqrt(3.0) * math.sqrt(0.25 + 1.0) / 0.5
    assert gram(rough, x)[0, 1] == pytest.approx((1 + s) * math.exp(-s))


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
def test_derivatives_are_those_of_finite_differences(smoothness: float) -> None:
    kernel = scattered(
        NumericMatern(smoothness=smoothness).build(NUMERIC, [0, 1], generator=make_generator(0))
    )
    x = points(NUMERIC, 5)
    assert_gradients(kernel, x, points(NUMERIC, 4, seed=1), by_x=True)
    assert_gradients(scattered(build(smoothness=smoothness)), points(MIXED, 5), points(MIXED, 4, seed=1))


def test_the_slope_is_zero_where_points_coincide() -> None:
    kernel = NumericMatern(smoothness=1.5).build(NUMERIC, [0, 1], generator=make_generator(0))
    x = points(NUMERIC, 4).requires_grad_()
    kernel(x, x.detach()).to_dense().diagonal().sum().backward()
    assert x.grad is not None
    torch.testing.assert_close(x.grad, torch.zeros_like(x))


def test_points_far_apart_can_be_all_but_uncorrelated() -> None:
    kernel = build()
    kernel.lengthscale = 0.3
    assert gram(kernel, MIXED.bounds)[0, 1] < 0.05


def test_constant_columns_are_scaled_to_zero() -> None:
    space = DesignSpace().parse([{"name": "a", "type": "num", "lb": 2.0, "ub": 2.0}])
    scaled = UnitInterval(space, [0])(torch.full((3, 1), 2.0, dtype=torch.float64))
    assert scaled.tolist() == [[0.0]] * 3


@pytest.mark.parametrize("d", [1, 50])
def test_the_prior_grows_with_the_root_of_the_number_of_columns(d: int) -> None:
    prior = unit_cube_prior(d)
    z = (math.log(2.0) - math.sqrt(2.0) - 0.5 * math.log(d)) / math.sqrt(3.0)
    density = -0.5 * z**2 - math.log(2.0 * math.sqrt(3.0) * math.sqrt(2 * math.pi))
    assert float(prior.log_prob(torch.tensor(2.0, dtype=torch.float64))) == pytest.approx(density)


def test_each_lengthscale_has_the_prior() -> None:
    kernel = build()
    one = float(unit_cube_prior(4).log_prob(torch.tensor(0.7, dtype=torch.float64)))
    kernel.lengthscale = 0.7
    assert log_prior(kernel) == pytest.approx(4 * one)


def test_another_smoothness_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"smoothness 0\.5 has no closed form here; use 1\.5 or 2\.5"):
        NumericMatern(smoothness=0.5)


def test_columns_of_another_sort_are_refused() -> None:
    with pytest.raises(IncompatibleError, match="NumericMatern has no correlation for the nominal parameter"):
        NumericMatern().build(MIXED, NOMINAL, generator=make_generator(0))
