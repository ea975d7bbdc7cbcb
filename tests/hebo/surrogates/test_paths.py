"""Tests of `hebo.surrogates.paths`."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "c", "type": "cat", "categories": ["u", "v", "w"]},
    ]
)


@pytest.fixture(scope="module")
def model() -> GaussianProcess:
    x = SPACE.sample(8, generator=make_generator(0))
    y = torch.sin(5 * x[:, 0]) + 0.5 * x[:, 1]
    return WarpedGP().fit(Data(x, y.unsqueeze(1) - y.mean()), SPACE, generator=make_generator(1))


@pytest.fixture(scope="module")
def points() -> Tensor:
    return SPACE.sample(20, generator=make_generator(2))


def test_a_draw_is_a_function(model: GaussianProcess, points: Tensor) -> None:
    path = model.sample_path(make_generator(3))
    together = path(points)
    one_by_one = torch.cat([path(row.unsqueeze(0)) for row in points])
    torch.testing.assert_close(together, one_by_one, rtol=0, atol=1e-6)


def test_draws_have_the_means_and_variances_of_the_posterior(model: GaussianProcess, points: Tensor) -> None:
    values = torch.stack([model.sample_path(make_generator(4, k))(points) for k in range(600)])
    mean, variance = model.marginals(points)
    error = (values.mean(0) - mean) / (variance / 600).sqrt()
    assert error.abs().max() < 4.5
    ratio = values.var(0) / variance
    assert ratio.min() > 0.7
    assert ratio.max() < 1.35


def test_values_of_a_draw_at_near_points_are_alike(model: GaussianProcess) -> None:
    x = torch.tensor([[0.50, 1.0], [0.52, 1.0], [0.98, 2.0]], dtype=torch.float64)
    values = torch.stack([model.sample_path(make_generator(5, k))(x) for k in range(400)])
    near, far = torch.corrcoef(values.T)[0, 1:]
    _, covariance = model.joint(x)
    exact = covariance[0, 1] / (covariance[0, 0] * covariance[1, 1]).sqrt()
    assert near > exact - 0.15
    assert near > far + 0.2


def test_posterior_covariances_are_those_of_joint_predictions(model: GaussianProcess, points: Tensor) -> None:
    _, joint = model.joint(points)
    torch.testing.assert_close(model.cross(points[:4], points), joint[:4], rtol=1e-6, atol=1e-9)
