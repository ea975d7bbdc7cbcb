"""Tests of `hebo.acquisitions.joint_draws`: moments of the draws, and where their maxima are found."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from acquisition import PLANE
from examples import SPACES, observations

from hebo.acquisitions.joint_draws import JointDraws, support_points
from hebo.data import Data
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP

N = 4000


@pytest.fixture(scope="module")
def draws(data: Data, fitted: Any) -> JointDraws:
    support = support_points(data.x, PLANE, 100, generator=make_generator(1))
    return JointDraws(fitted, support, N, generator=make_generator(2))


def test_values_at_the_support_have_the_moments_of_the_joint_posterior(
    draws: JointDraws, fitted: Any
) -> None:
    mean, covariance = fitted.joint(draws.support)
    sd = covariance.diagonal().sqrt()
    assert ((draws.values.mean(1) - mean).abs() < 6 * sd / N**0.5).all()
    apart = (draws.values - mean.unsqueeze(-1)) / sd.unsqueeze(-1)
    correlations = covariance / torch.outer(sd, sd)
    assert (apart @ apart.T / N - correlations).abs().max() < 6 * (2 / N) ** 0.5


def test_values_elsewhere_have_its_means_and_nearly_its_covariances(draws: JointDraws, fitted: Any) -> None:
    x = PLANE.sample(20, generator=make_generator("elsewhere"))
    with torch.no_grad():
        values = draws(x)
    mean, covariance = fitted.joint(x)
    sd = covariance.diagonal().sqrt()
    assert ((values.mean(1) - mean).abs() < 6 * sd / N**0.5).all()
    found = torch.cov(values)
    assert (found - covariance).abs().max() < 0.15 * covariance.diagonal().max()


def test_a_draw_is_one_function_with_a_gradient(draws: JointDraws) -> None:
    torch.testing.assert_close(draws(draws.support), draws.values, rtol=0, atol=1e-3)
    x = PLANE.sample(4, generator=make_generator(5)).requires_grad_()
    (slope,) = torch.autograd.grad(draws(x)[:, 7].sum(), x)
    for column in range(2):
        step = torch.zeros(2, dtype=torch.float64)
        step[column] = 1e-5
        with torch.no_grad():
            numeric = (draws(x + step) - draws(x - step))[:, 7] / 2e-5
        torch.testing.assert_close(slope[:, column], numeric, rtol=1e-3, atol=1e-4)


def test_maxima_are_no_worse_than_the_support_and_close_to_those_of_a_dense_grid(
    data: Data, fitted: Any
) -> None:
    support = support_points(data.x, PLANE, 64, generator=make_generator(1))
    few = JointDraws(fitted, support, 16, generator=make_generator(2))
    x, values = few.maxima(PLANE, generator=make_generator(3))
    assert PLANE.contains(x).all()
    assert (values >= few.values.amax(0)).all()
    with torch.no_grad():
        torch.testing.assert_close(few(x).diagonal(), values, rtol=0, atol=1e-3)
        dense = few(PLANE.sample(4096, generator=make_generator(4))).amax(0)
    before, after = (dense - few.values.amax(0)).clamp_min(0).mean(), (dense - values).clamp_min(0).mean()
    assert after < 0.3 * before + 1e-6


def test_maxima_in_a_mixed_space_lie_in_it_and_are_the_same_with_the_same_seed() -> None:
    space = SPACES["mixed"]
    known = observations(space, 10)
    model = WarpedGP(n_starts=1).fit(known, space, generator=make_generator(0))
    found = []
    for _ in range(2):
        generator = make_generator(1)
        support = support_points(known.x, space, 32, generator=generator)
        found.append(JointDraws(model, support, 5, generator=generator).maxima(space, generator=generator)[0])
    assert space.contains(found[0]).all()
    assert torch.equal(found[0], found[1])
