"""The Laplace approximation of comparisons: numbers worked by integration, and derivatives."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from hebo.errors import NumericalError
from hebo.random import make_generator
from hebo.surrogates.laplace import (
    curvature,
    log_evidence,
    log_likelihood,
    posterior_mode,
    pseudo_observations,
)


def random_covariance(k: int, scale: float = 1.0) -> Tensor:
    root = torch.randn(k, k, generator=make_generator(k), dtype=torch.float64)
    return scale * (root @ root.T / k + 0.1 * torch.eye(k, dtype=torch.float64))


def test_a_difference_of_zero_is_won_half_of_the_time() -> None:
    one = torch.zeros(3, dtype=torch.float64)
    assert log_likelihood(one).item() == pytest.approx(3 * math.log(0.5))
    assert curvature(one).tolist() == pytest.approx([1 / math.pi] * 3)


@pytest.mark.parametrize("difference", [-40.0, -3.0, -0.2, 0.0, 1.5, 6.0])
def test_slopes_and_curvatures_are_derivatives_of_the_log_likelihood(difference: float) -> None:
    d = torch.tensor([difference], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(log_likelihood(d), d, create_graph=True)
    (second,) = torch.autograd.grad(slope.sum(), d)
    values, variances = pseudo_observations(d.detach())
    assert curvature(d.detach()).item() == pytest.approx(-second.item(), rel=1e-4)
    assert ((values - d.detach()) / variances).item() == pytest.approx(slope.item(), rel=1e-9)


def test_observations_that_stand_for_comparisons_are_finite_however_certain_or_contradicted() -> None:
    values, variances = pseudo_observations(torch.tensor([-1e4, -100.0, 30.0, 1e4], dtype=torch.float64))
    assert bool(torch.isfinite(values).all())
    assert bool(torch.isfinite(variances).all())
    assert bool((variances >= 2.0).all())


def test_at_the_mode_the_posterior_has_no_slope() -> None:
    covariance = random_covariance(6, scale=5.0)
    mode = posterior_mode(covariance).requires_grad_()
    prior = -0.5 * mode @ torch.linalg.solve(covariance, mode)
    (slope,) = torch.autograd.grad(log_likelihood(mode) + prior, mode)
    assert slope.abs().max().item() < 1e-6


def test_the_mode_is_found_where_comparisons_contradict_one_another() -> None:
    """Three points in a cycle, and one comparison told both ways."""
    design = torch.tensor([[1, -1, 0], [0, 1, -1], [-1, 0, 1], [1, -1, 0], [-1, 1, 0]], dtype=torch.float64)
    assert posterior_mode(1e4 * design @ design.T).abs().max().item() < 1e-3


def test_one_comparison_has_the_evidence_of_a_coin_toss_and_nearly_so_by_laplace() -> None:
    """By symmetry the evidence of a single comparison is 1/2 under any prior."""
    for scale in (0.1, 1.0, 10.0):
        found = log_evidence(torch.tensor([[scale]], dtype=torch.float64)).item()
        assert found == pytest.approx(math.log(0.5), abs=0.12)


def test_the_mean_of_one_comparison_is_near_that_of_the_integral() -> None:
    grid = torch.linspace(-30, 30, 60001, dtype=torch.float64)
    for scale in (0.25, 1.0, 4.0):
        weight = torch.special.ndtr(grid / math.sqrt(2)) * torch.exp(-0.5 * grid.square() / scale)
        exact = float((grid * weight).sum() / weight.sum())
        found = posterior_mode(torch.tensor([[scale]], dtype=torch.float64)).item()
        assert found == pytest.approx(exact, rel=0.25)


def test_two_comparisons_have_nearly_the_evidence_of_the_integral() -> None:
    covariance = random_covariance(2, scale=2.0)
    axis = torch.linspace(-12, 12, 401, dtype=torch.float64)
    points = torch.cartesian_prod(axis, axis)
    log_prior = torch.distributions.MultivariateNormal(torch.zeros(2).double(), covariance).log_prob(points)
    log_win = torch.special.log_ndtr(points / math.sqrt(2)).sum(1)
    exact = (log_prior + log_win).logsumexp(0) + 2 * (axis[1] - axis[0]).log()
    assert log_evidence(covariance).item() == pytest.approx(exact.item(), abs=0.1)


def test_the_slope_of_the_evidence_counts_that_the_mode_moves() -> None:
    covariance, step = random_covariance(5, scale=3.0), 1e-5
    direction = random_covariance(5)
    moving = covariance.clone().requires_grad_()
    (slope,) = torch.autograd.grad(log_evidence(moving), moving)
    up, down = (log_evidence(covariance + sign * step * direction) for sign in (1, -1))
    assert (slope * direction).sum().item() == pytest.approx(((up - down) / (2 * step)).item(), rel=1e-5)


def test_a_covariance_of_no_numbers_is_refused() -> None:
    with pytest.raises(NumericalError):
        posterior_mode(torch.full((2, 2), torch.nan, dtype=torch.float64))
