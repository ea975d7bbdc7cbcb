"""Tests of `hebo.surrogates.exact_gp`: the fast marginals equal BoTorch's posterior."""

from __future__ import annotations

import pytest
import torch

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.exact_gp import ExactGP
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -1, "ub": 2},
        {"name": "b", "type": "cat", "categories": ["u", "v", "w"]},
        {"name": "c", "type": "int", "lb": 0, "ub": 9},
    ]
)


@pytest.fixture(scope="module", params=[False, True], ids=["product", "with linear term"])
def model(request: pytest.FixtureRequest) -> ExactGP:
    x = SPACE.sample(25, generator=make_generator(0))
    y = (x[:, :1] ** 2 + 0.3 * x[:, 1:2] - 0.1 * x[:, 2:]).sin()
    y = (y - y.mean()) / y.std()
    return WarpedGP(linear=request.param).fit(Data(x, y), SPACE, generator=make_generator(1))


def test_marginals_equal_the_joint_posterior(model: ExactGP) -> None:
    x = SPACE.sample(40, generator=make_generator(2))
    joint = model.posterior(x)
    with torch.no_grad():
        single = model.posterior(x.unsqueeze(-2))
    torch.testing.assert_close(single.mean.squeeze(), joint.mean.squeeze(), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(single.variance.squeeze(), joint.variance.squeeze(), rtol=1e-4, atol=1e-6)


def test_marginals_follow_a_change_of_hyperparameters(model: ExactGP) -> None:
    x = SPACE.sample(5, generator=make_generator(2)).unsqueeze(-2)
    with torch.no_grad():
        before = model.posterior(x).variance
        old = model.likelihood.noise.clone()
        model.likelihood.noise = old * 50
        after = model.posterior(x).variance
        model.likelihood.noise = old
    assert (after > before).all()


def test_gradients_reach_the_points(model: ExactGP) -> None:
    x = SPACE.sample(3, generator=make_generator(2)).unsqueeze(-2).requires_grad_()
    model.posterior(x).mean.sum().backward()
    assert x.grad is not None
    assert x.grad[..., 0].abs().min().item() > 0


def test_conditioning_on_more_points_moves_the_marginals_too(model: ExactGP) -> None:
    x = SPACE.sample(4, generator=make_generator(3))
    model.posterior(x)
    conditioned = model.condition_on_observations(x, torch.full((4, 1), 2.0, dtype=torch.float64))
    with torch.no_grad():
        moved = conditioned.posterior(x.unsqueeze(-2)).mean
        joint = conditioned.posterior(x).mean
    torch.testing.assert_close(moved.squeeze(), joint.squeeze(), rtol=1e-4, atol=1e-4)
    assert (moved.squeeze() > model.posterior(x).mean.squeeze()).all()
