"""Tests of `hebo.linalg`."""

from __future__ import annotations

import mpmath
import pytest
import torch

from hebo.errors import NumericalError
from hebo.fallbacks import counting_fallbacks
from hebo.linalg import log_expected_excess, log_phi, safe_cholesky

mpmath.mp.dps = 60


def exact_log_excess(u: float) -> float:
    """`log(phi(u) + u Phi(u))` in 60 digits, by the complementary error function."""
    x = mpmath.mpf(u)
    density = mpmath.exp(-(x**2) / 2) / mpmath.sqrt(2 * mpmath.pi)
    return float(mpmath.log(density + x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2))


@pytest.mark.parametrize("u", [8.0, 1.0, 0.0, -0.5, -0.999, -1.001, -5.0, -20.0, -100.0])
def test_log_expected_excess_agrees_with_sixty_digits(u: float) -> None:
    value = log_expected_excess(torch.tensor([u], dtype=torch.float64)).item()
    assert value == pytest.approx(exact_log_excess(u), rel=1e-13)


def test_log_expected_excess_joins_its_asymptotic_form_smoothly() -> None:
    u = torch.tensor([-999.999, -1000.001], dtype=torch.float64)
    value = log_expected_excess(u)
    slope = (value[0] - value[1]) / (u[0] - u[1])
    assert slope.item() == pytest.approx(1000.0, rel=1e-5)  # d/du log h ~ -u far in the tail


def test_log_expected_excess_has_the_derivative_phi_big_over_h() -> None:
    u = torch.tensor([-30.0, -1.5, 0.3, 4.0], dtype=torch.float64, requires_grad=True)
    value = log_expected_excess(u)
    value.sum().backward()
    expected = torch.exp(torch.special.log_ndtr(u.detach()) - value.detach())
    torch.testing.assert_close(u.grad, expected, rtol=1e-8, atol=0)


def test_log_phi_is_the_normal_log_density() -> None:
    u = torch.linspace(-3, 3, 5, dtype=torch.float64)
    torch.testing.assert_close(log_phi(u), torch.distributions.Normal(0.0, 1.0).log_prob(u))


def test_safe_cholesky_leaves_definite_matrices_alone() -> None:
    a = torch.randn(3, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    matrix = a @ a.mT + torch.eye(4)
    factor = safe_cholesky(matrix)
    torch.testing.assert_close(factor @ factor.mT, matrix)


def test_safe_cholesky_adds_jitter_only_where_it_is_needed() -> None:
    singular = torch.ones(3, 3, dtype=torch.float64)
    definite = 2 * torch.eye(3, dtype=torch.float64)
    factor = safe_cholesky(torch.stack([singular, definite]))
    torch.testing.assert_close(factor[0] @ factor[0].mT, singular, atol=1e-2, rtol=0)
    torch.testing.assert_close(factor[1] @ factor[1].mT, definite, atol=0, rtol=1e-15)


def test_safe_cholesky_refuses_nan() -> None:
    with pytest.raises(NumericalError, match="NaN"):
        safe_cholesky(torch.full((2, 2), torch.nan, dtype=torch.float64))


def test_safe_cholesky_refuses_an_indefinite_matrix() -> None:
    with pytest.raises(NumericalError, match="indefinite"):
        safe_cholesky(torch.tensor([[1.0, 2.0], [2.0, 1.0]], dtype=torch.float64))


def test_jitter_counts_as_a_fallback_once_a_matrix_needs_it() -> None:
    with counting_fallbacks() as counter:
        safe_cholesky(torch.eye(3, dtype=torch.float64))
        assert not counter
        safe_cholesky(torch.ones(3, 3, dtype=torch.float64))
    assert counter == {"jitter on a covariance": 1}
