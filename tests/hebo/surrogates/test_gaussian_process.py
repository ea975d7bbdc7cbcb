"""Tests of `hebo.surrogates.gaussian_process`."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.hyperparameters import Columns
from hebo.surrogates.warped_gp import WarpedGP


def process(space: DesignSpace, data: Data, theta: Tensor) -> GaussianProcess:
    columns = Columns(space)
    covariance = Covariance(WarpedGP(warp_from=0)._layout(columns, 20), theta, 2.5)
    return GaussianProcess(columns, covariance, data.x, data.y[:, 0])


@pytest.fixture
def averaged(space: DesignSpace, data: Data, theta: Tensor) -> GaussianProcess:
    return process(space, data, theta)


@pytest.fixture
def points(space: DesignSpace) -> Tensor:
    return space.sample(12, generator=make_generator(2))


def test_one_setting_gives_the_textbook_posterior(
    space: DesignSpace, data: Data, theta: Tensor, points: Tensor
) -> None:
    model = process(space, data, theta[:1])
    both = process(space, Data(torch.cat([data.x, points]), torch.zeros(32, 1).double()), theta[:1])
    k = both.covariance.between(both.inputs, both.inputs)[0]
    noisy = k[:20, :20] + 0.05 * torch.eye(20, dtype=torch.float64)
    gain = torch.linalg.solve(noisy, k[:20, 20:]).T
    mean = 0.3 + gain @ (data.y[:, 0] - 0.3)
    covariance = k[20:, 20:] - gain @ k[:20, 20:]
    posterior = model.posterior(points)
    torch.testing.assert_close(posterior.mean.squeeze(-1), mean, rtol=1e-5, atol=1e-7)
    torch.testing.assert_close(posterior.covariance_matrix, covariance, rtol=1e-5, atol=1e-7)


def test_several_settings_give_the_moments_of_their_mixture(
    space: DesignSpace, data: Data, theta: Tensor, points: Tensor, averaged: GaussianProcess
) -> None:
    singles = [process(space, data, row.unsqueeze(0)).posterior(points) for row in theta]
    means = torch.stack([one.mean.squeeze(-1) for one in singles])
    second = torch.stack(
        [one.covariance_matrix + mean.outer(mean) for one, mean in zip(singles, means, strict=True)]
    )
    mean = means.mean(0)
    torch.testing.assert_close(averaged.posterior(points).mean.squeeze(-1), mean)
    expected = second.mean(0) - mean.outer(mean)
    torch.testing.assert_close(averaged.posterior(points).covariance_matrix, expected, rtol=1e-6, atol=1e-9)


def test_single_points_agree_with_joint_ones(averaged: GaussianProcess, points: Tensor) -> None:
    joint, single = averaged.posterior(points), averaged.posterior(points.unsqueeze(-2))
    torch.testing.assert_close(single.mean.squeeze(), joint.mean.squeeze())
    torch.testing.assert_close(single.variance.squeeze(), joint.variance.squeeze(), rtol=1e-6, atol=1e-9)


def test_observation_noise_adds_its_average_variance(averaged: GaussianProcess, points: Tensor) -> None:
    for x in (points, points.unsqueeze(-2)):
        plain, noisy = averaged.posterior(x), averaged.posterior(x, observation_noise=True)
        torch.testing.assert_close(noisy.variance - plain.variance, torch.full_like(plain.variance, 0.125))


def test_gradients_of_single_points_are_right(averaged: GaussianProcess, points: Tensor) -> None:
    x = points[:3].clone().requires_grad_()
    mean, variance = averaged.marginals(x)
    (gradient,) = torch.autograd.grad(mean.sum() + variance.sum(), x)
    step = torch.zeros_like(points[:3])
    step[:, 0] = 1e-6
    with torch.no_grad():
        up, down = averaged.marginals(points[:3] + step), averaged.marginals(points[:3] - step)
    slope = (up[0] + up[1] - down[0] - down[1]) / 2e-6
    torch.testing.assert_close(gradient[:, 0], slope, rtol=1e-4, atol=1e-5)


def test_conditioning_equals_starting_with_all_data(
    space: DesignSpace, data: Data, theta: Tensor, points: Tensor
) -> None:
    model = process(space, data, theta).condition_on_observations(points, torch.ones(12, 1).double())
    y = torch.cat([data.y, torch.ones(12, 1).double()])
    whole = process(space, Data(torch.cat([data.x, points]), y), theta)
    x = space.sample(5, generator=make_generator(3))
    for mine, expected in zip(model.marginals(x), whole.marginals(x), strict=True):
        torch.testing.assert_close(mine, expected)


def test_a_second_output_is_refused(averaged: GaussianProcess, points: Tensor) -> None:
    with pytest.raises(IncompatibleError, match="one output"):
        averaged.posterior(points, output_indices=[1])
