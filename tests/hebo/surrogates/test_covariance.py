"""Tests of `hebo.surrogates.covariance`: the closed form is the composition of kernels of the library."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from gpytorch.kernels import Kernel
from torch import Tensor
from torch.distributions import MultivariateNormal

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.mixture import MixtureKernel
from hebo.kernels.numeric_matern import NumericMatern
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.random import make_generator
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.hyperparameters import Columns, Layout
from hebo.surrogates.marginal_likelihood import JITTER, LogPosterior
from hebo.surrogates.warped_gp import WarpedGP
from mcbo.surrogates import prior
from mcbo.surrogates.kernel_covariance import KernelCovariance

NUMERIC, NOMINAL = [0, 2], [1]
LENGTHSCALE, WARP_A, WARP_B, OVERLAP, SIGNAL, NOISE = (slice(0, 2), slice(2, 4), slice(4, 6), 6, 7, 8)
both = pytest.mark.parametrize("smoothness", [1.5, 2.5])


def kernels(space: DesignSpace, theta: Tensor, smoothness: float) -> tuple[Kernel, Kernel]:
    """The warped Matern of the numbers and the overlap of the categories under `theta`."""
    positive, generator = theta.exp(), make_generator(0)
    matern = NumericMatern(smoothness=smoothness, warp=True).build(space, NUMERIC, generator=generator)
    matern.lengthscale = positive[LENGTHSCALE]
    matern.features[1].a, matern.features[1].b = positive[WARP_A], positive[WARP_B]
    overlap = TransformedOverlap().build(space, NOMINAL, generator=generator)
    overlap.lengthscale = positive[OVERLAP]
    return matern, overlap


def composition(space: DesignSpace, theta: Tensor, smoothness: float) -> KernelCovariance:
    product = MixtureKernel(*kernels(space, theta, smoothness))
    product.initialize(raw_interaction=torch.tensor(50.0, dtype=torch.float64))  # the product alone
    signal, noise = theta[SIGNAL].exp(), theta[NOISE].exp()
    return KernelCovariance(product, theta[-1], signal, noise + (JITTER - prior.JITTER) * signal)


def closed_form(space: DesignSpace, theta: Tensor, smoothness: float) -> Covariance:
    return Covariance(Columns(space), layout(space), theta, smoothness)


def layout(space: DesignSpace) -> Layout:
    return WarpedGP()._layout(Columns(space), 20)


def log_likelihood(space: DesignSpace, data: Data, theta: Tensor, smoothness: float) -> tuple[float, Tensor]:
    """The closed form of the fit without its prior, and its gradient by `theta`."""
    numeric, codes = (part.numpy() for part in Columns(space).split(data.x))
    density = LogPosterior(layout(space), numeric, codes, data.y[:, 0].numpy(), smoothness)
    (cost, slope), (log_prior, prior_slope) = (
        density(theta.numpy()),
        density.layout.log_prior(theta.numpy()),
    )
    return -cost - log_prior, torch.from_numpy(-slope - prior_slope)


@both
def test_covariances_are_those_of_the_composition(
    space: DesignSpace, data: Data, theta: Tensor, smoothness: float
) -> None:
    ours, theirs = closed_form(space, theta, smoothness), composition(space, theta, smoothness)
    z = torch.cat([space.bounds, space.sample(30, generator=make_generator(3))])
    torch.testing.assert_close(ours.between(z, data.x), theirs.between(z, data.x), rtol=1e-10, atol=1e-10)
    noisy = (one.noisy(data.x, one.features(data.x)) for one in (ours, theirs))
    torch.testing.assert_close(*noisy, rtol=1e-10, atol=1e-10)


@both
def test_the_log_marginal_likelihood_is_that_of_the_composition(
    space: DesignSpace, data: Data, theta: Tensor, smoothness: float
) -> None:
    theirs = composition(space, theta, smoothness)
    normal = MultivariateNormal(theta[-1].expand(len(data.x)), theirs.noisy(data.x, theirs.features(data.x)))
    expected = normal.log_prob(data.y[:, 0]).item()
    assert log_likelihood(space, data, theta, smoothness)[0] == pytest.approx(expected, rel=1e-10)


@both
def test_its_gradient_is_that_of_the_composition(
    space: DesignSpace, data: Data, theta: Tensor, smoothness: float
) -> None:
    matern, overlap = kernels(space, theta, smoothness)
    signal, noise, mean = (theta[place].clone().requires_grad_() for place in (SIGNAL, NOISE, -1))
    warp = matern.features[1]
    raw = [matern.raw_lengthscale, warp.raw_a, warp.raw_b, overlap.raw_lengthscale, signal, noise, mean]
    k = signal.exp() * matern(data.x).to_dense() * overlap(data.x).to_dense()
    shift = (noise.exp() + JITTER * signal.exp()) * torch.eye(len(data.x), dtype=torch.float64)
    value = MultivariateNormal(mean.expand(len(data.x)), k + shift).log_prob(data.y[:, 0])
    expected = torch.cat([one.reshape(-1) for one in torch.autograd.grad(value, raw)])
    found = log_likelihood(space, data, theta, smoothness)[1]
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)


@both
def test_predictions_are_those_of_the_composition(
    space: DesignSpace, data: Data, theta: Tensor, smoothness: float
) -> None:
    z = space.sample(40, generator=make_generator(4))
    ours, theirs = (
        GaussianProcess(covariance, data.x, data.y[:, 0])
        for covariance in (closed_form(space, theta, smoothness), composition(space, theta, smoothness))
    )
    for found, expected in zip(ours.marginals(z), theirs.marginals(z), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)
    for found, expected in zip(ours.marginals(z.clone().requires_grad_()), theirs.marginals(z), strict=True):
        np.testing.assert_allclose(found.detach(), expected, rtol=1e-10, atol=1e-10)
