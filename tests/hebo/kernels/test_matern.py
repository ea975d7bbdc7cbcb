"""Tests of `hebo.kernels.matern`."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from hebo.kernels.matern import Smoothness, matern, matern_of_column, matern_with_slope

SQUARES = torch.tensor([0.0, 1e-12, 0.25, 1.0, 30.0], dtype=torch.float64)
both = pytest.mark.parametrize("smoothness", [1.5, 2.5])


def by_hand(square: float, smoothness: float) -> float:
    s = math.sqrt(2 * smoothness * square)
    return (1 + s if smoothness == 1.5 else 1 + s + s * s / 3) * math.exp(-s)


@both
def test_all_forms_have_the_values_worked_by_hand(smoothness: float) -> None:
    expected = [by_hand(float(one), smoothness) for one in SQUARES]
    assert matern(SQUARES, smoothness).tolist() == pytest.approx(expected, rel=1e-12)
    assert matern_with_slope(SQUARES, smoothness, torch)[0].tolist() == pytest.approx(expected, rel=1e-12)
    assert matern_with_slope(SQUARES.numpy(), smoothness)[0].tolist() == pytest.approx(expected, rel=1e-12)


@both
def test_all_forms_have_the_same_slopes_finite_where_points_coincide(smoothness: float) -> None:
    square = SQUARES.clone().requires_grad_()
    (slope,) = torch.autograd.grad(matern(square, smoothness).sum(), square)
    step = 1e-6
    central = [
        (by_hand(one + step, smoothness) - by_hand(one - step, smoothness)) / (2 * step)
        for one in SQUARES[2:].tolist()
    ]
    assert slope[2:].tolist() == pytest.approx(central, rel=1e-6)
    assert slope[0].item() == pytest.approx(-1.5 if smoothness == 1.5 else -5 / 6)
    np.testing.assert_allclose(slope, matern_with_slope(SQUARES.numpy(), smoothness)[1], rtol=1e-9)


@both
def test_the_correlation_keeps_its_digits_near_zero_distance(smoothness: float) -> None:
    r = 1e-6  # k = 1 - nu / (nu - 1) r^2 / 2 up to higher powers
    k = matern(torch.tensor(r**2, dtype=torch.float64), smoothness)
    assert float(k) == pytest.approx(1 - smoothness / (smoothness - 1) * r**2 / 2, abs=1e-15)


def test_that_of_a_column_is_that_of_its_distances() -> None:
    a = torch.tensor([[0.0], [0.7]], dtype=torch.float64)
    b = torch.tensor([[0.0, 0.2, 0.9]], dtype=torch.float64)
    lengthscale = torch.tensor(0.4, dtype=torch.float64)
    expected = matern(((a - b) / lengthscale).square(), 2.5)
    torch.testing.assert_close(matern_of_column(a, b, lengthscale), expected)


def test_another_smoothness_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"smoothness 0\.5 has no closed form here; use 1\.5 or 2\.5"):
        TypeAdapter(Smoothness).validate_python(0.5)
