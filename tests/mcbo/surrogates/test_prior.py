"""Tests of `mcbo.surrogates.prior`."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from gpytorch.kernels import RBFKernel
from gpytorch.priors import LogNormalPrior
from scipy.optimize import approx_fprime
from scipy.stats import lognorm, multivariate_normal

from hebo.random import make_generator
from mcbo.surrogates.prior import JITTER, GPPrior

THETA = np.array([0.3, math.log(1.7), math.log(0.05), 0.4, -0.2])


@pytest.fixture
def prior() -> GPPrior:
    x = torch.rand(9, 2, generator=make_generator(0), dtype=torch.float64)
    kernel = RBFKernel(ard_num_dims=2).double()
    kernel.register_prior("lengthscale_prior", LogNormalPrior(0.1, 0.8), "lengthscale")
    return GPPrior(kernel, x, torch.sin(6 * x).sum(1), min_noise=1e-5)


def test_the_value_is_minus_the_log_posterior(prior: GPPrior) -> None:
    lengthscale = np.log1p(np.exp(THETA[3:]))
    u = prior.x.numpy() / lengthscale
    square = ((u[:, None] - u[None]) ** 2).sum(-1)
    covariance = 1.7 * np.exp(-0.5 * square) + (0.05 + 1.7 * JITTER) * np.eye(9)
    likelihood = multivariate_normal(np.full(9, 0.3), covariance).logpdf(prior.y.numpy())
    # Log-normal densities, up to what does not depend on the hyperparameters (log x is the variable).
    own = -0.5 * 0.3**2 - 0.5 * math.log(1.7) ** 2 - 0.5 * (math.log(0.05 / 0.01) / 2) ** 2
    kernel = lognorm(0.8, scale=math.exp(0.1)).logpdf(lengthscale).sum()
    assert prior(THETA)[0] == pytest.approx(-(likelihood + own + kernel), rel=1e-7)
    assert prior.value(THETA) == pytest.approx(prior(THETA)[0], rel=1e-12)


def test_the_gradient_is_that_of_the_value(prior: GPPrior) -> None:
    slopes = approx_fprime(THETA, prior.value, 1e-7)
    np.testing.assert_allclose(prior(THETA)[1], slopes, rtol=1e-4, atol=1e-4)


def test_the_start_lies_within_the_bounds_and_leaves_the_kernel_as_it_is(prior: GPPrior) -> None:
    start = prior.start
    assert len(start) == len(prior.bounds) == 5
    assert all(low <= value <= high for value, (low, high) in zip(start, prior.bounds, strict=True))
    before = prior.kernel.lengthscale.clone()
    prior.set(start)
    torch.testing.assert_close(prior.kernel.lengthscale, before)


def test_a_covariance_that_is_not_definite_is_infinitely_unlikely(prior: GPPrior) -> None:
    kernel = RBFKernel().double()
    same = GPPrior(kernel, prior.x[:1].repeat(9, 1), prior.y, min_noise=1e-5)
    theta = np.array([0.0, math.log(1e20), math.log(1e-5), 0.0])
    same.eye = -same.eye  # jitter taken away instead of added
    value, gradient = same(theta)
    assert value == math.inf
    assert (gradient == 0).all()


def test_known_variances_take_the_place_of_the_learned_one_and_of_nothing_else(prior: GPPrior) -> None:
    known = torch.full((9,), math.nan, dtype=torch.float64)
    some = GPPrior(prior.kernel, prior.x, prior.y, min_noise=1e-5, noise=known)
    assert some.value(THETA) == pytest.approx(prior.value(THETA), rel=1e-12)
    known[::2] = torch.linspace(0.01, 0.6, 5)
    slopes = approx_fprime(THETA, some.value, 1e-7)
    np.testing.assert_allclose(some(THETA)[1], slopes, rtol=1e-4, atol=1e-4)
    all_known = GPPrior(prior.kernel, prior.x, prior.y, min_noise=1e-5, noise=known.nan_to_num(0.1))
    assert all_known(THETA)[1][2] == pytest.approx(math.log(0.05 / 0.01) / 4)  # the slope of its prior


def test_the_prior_of_the_noise_has_the_mode_it_is_given(prior: GPPrior) -> None:
    other = GPPrior(prior.kernel, prior.x, prior.y, min_noise=1e-5, noise_mode=0.2)
    assert math.exp(other.start[2]) == pytest.approx(0.2)
    slopes = approx_fprime(THETA, other.value, 1e-7)
    np.testing.assert_allclose(other(THETA)[1], slopes, rtol=1e-4, atol=1e-4)
