"""Tests of `hebo.kernels.radial`."""

from __future__ import annotations

import math

import pytest
import torch

from hebo.kernels.matern import matern
from hebo.kernels.radial import Radial, radial, slope_variance, third_derivative

SQUARES = torch.linspace(0.05, 9.0, 40, dtype=torch.float64)
KINDS: tuple[Radial, ...] = ("rbf", "matern52")


def test_the_values_are_those_of_the_correlations() -> None:
    torch.testing.assert_close(radial(SQUARES, "rbf").value, (-SQUARES / 2).exp())
    torch.testing.assert_close(radial(SQUARES, "matern52").value, matern(SQUARES, 2.5))


@pytest.mark.parametrize("kind", KINDS)
def test_each_derivative_is_that_of_the_one_before(kind: Radial) -> None:
    step = 1e-5
    up, down, here = (radial(SQUARES + change, kind) for change in (step, -step, 0.0))
    for before, after in ((0, here.first), (1, here.second), (2, third_derivative(SQUARES, here, kind))):
        difference = (up[before] - down[before]) / (2 * step)
        torch.testing.assert_close(after, difference, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_finite_where_points_coincide(kind: Radial) -> None:
    zero = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    values = radial(zero, kind)
    assert values.value.tolist() == pytest.approx([1.0] * 3)
    (slope,) = torch.autograd.grad(sum(one.sum() for one in values), zero)
    assert torch.isfinite(slope).all()
    assert torch.isfinite(third_derivative(zero, values, kind)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_variance_of_a_derivative_is_minus_twice_the_slope_at_zero(kind: Radial) -> None:
    assert slope_variance(kind) == pytest.approx(-2 * radial(torch.tensor(0.0), kind).first.item())
    assert math.isfinite(slope_variance(kind))
