"""Tests of `hebo.acquisitions.noisy_improvement`: simulations, BoTorch's estimate, gradients."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from acquisition import PLANE, check_gradients, noisy_plane, on_plane
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.models import SingleTaskGP
from botorch.sampling import SobolQMCNormalSampler

from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.noisy_improvement import LogNoisyEI
from hebo.base import FittedModels, Surrogate
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP
from mcbo.surrogates.mixed_gp import MixedGP


@pytest.mark.parametrize("surrogate", [WarpedGP(), MixedGP()], ids=repr)
def test_values_are_those_of_joint_draws(surrogate: Surrogate) -> None:
    data = noisy_plane()
    model: Any = surrogate.fit(data, PLANE, generator=make_generator(0))
    x = PLANE.sample(5, generator=make_generator(3))
    values = on_plane(LogNoisyEI(n_samples=256), model, data)(x.unsqueeze(-2))[:, 0].exp()
    mean, covariance = model.joint(torch.cat([data.x, x]))
    root = torch.linalg.cholesky(covariance + 1e-9 * torch.eye(len(mean), dtype=torch.float64))
    z = torch.randn(40_000, len(mean), generator=make_generator("z"), dtype=torch.float64)
    drawn = mean + z @ root.mT
    gain = (drawn[:, len(data.x) :] - drawn[:, : len(data.x)].amax(1, keepdim=True)).clamp_min(0)
    error = gain.std(0) / len(z) ** 0.5
    assert ((values - gain.mean(0)).abs() < 5 * error + 0.03 * gain.mean(0) + 1e-4).all()


@pytest.mark.parametrize("lengthscale", [0.15, 0.4, 1.0])
def test_values_are_botorchs(lengthscale: float) -> None:
    data = noisy_plane()
    gp = SingleTaskGP(data.x, data.y, torch.full_like(data.y, 0.1), outcome_transform=None)
    gp.covar_module.lengthscale = lengthscale
    gp.eval()
    theirs = qLogNoisyExpectedImprovement(
        gp, data.x, SobolQMCNormalSampler(torch.Size([4096]), seed=0), prune_baseline=False, tau_relu=1e-6
    )
    x = PLANE.sample(8, generator=make_generator(4)).unsqueeze(-2)
    with torch.no_grad():
        ours, expected = on_plane(LogNoisyEI(n_samples=512), gp, data)(x)[:, 0].exp(), theirs(x).exp()
    torch.testing.assert_close(ours, expected, rtol=0.08, atol=2e-3)


def test_without_noise_it_is_log_ei() -> None:
    data = noisy_plane(noise=0.0)
    gp = SingleTaskGP(data.x, data.y, torch.full_like(data.y, 1e-6), outcome_transform=None)
    gp.covar_module.lengthscale = 0.4
    gp.eval()
    x = PLANE.sample(20, generator=make_generator(4)).unsqueeze(-2)
    with torch.no_grad():
        noisy, plain = (on_plane(one, gp, data)(x).exp() for one in (LogNoisyEI(), LogEI(margin=0.0)))
    torch.testing.assert_close(noisy, plain, rtol=0.05, atol=1e-3)


def test_an_evaluated_point_improves_on_nothing() -> None:
    data = noisy_plane(noise=0.5)
    model = WarpedGP().fit(data, PLANE, generator=make_generator(0))
    acq = on_plane(LogNoisyEI(), model, data)
    with torch.no_grad():
        seen = acq(data.x.unsqueeze(-2)).max()
        others = acq(PLANE.sample(64, generator=make_generator(4)).unsqueeze(-2)).max()
    assert seen < others - 3


def test_a_part_of_the_evaluated_points_is_enough_if_the_best_are_among_them() -> None:
    data = noisy_plane(noise=0.05, n=40)
    model = WarpedGP().fit(data, PLANE, generator=make_generator(0))
    x = PLANE.sample(30, generator=make_generator(4)).unsqueeze(-2)
    with torch.no_grad():
        some, every = (on_plane(LogNoisyEI(n_evaluated=n), model, data)(x)[:, 0].exp() for n in (20, 40))
    torch.testing.assert_close(some, every, rtol=0.3, atol=5e-3)


def test_a_pending_point_is_one_to_improve_on() -> None:
    data = noisy_plane()
    model: Any = WarpedGP().fit(data, PLANE, generator=make_generator(0))
    x = PLANE.sample(64, generator=make_generator(4))
    with torch.no_grad():
        pending = x[model.means(x).argmax()].unsqueeze(0)
        believed = model.condition_on_observations(pending, model.means(pending).unsqueeze(-1))
        values = [
            LogNoisyEI().build(models, data, PLANE, generator=make_generator(0))(x.unsqueeze(-2))[:, 0].exp()
            for models in (FittedModels((believed,)), FittedModels((believed,), pending=pending))
        ]
    place = model.means(x).argmax()
    assert values[1][place] < 0.1 * values[0][place]
    assert values[1].sum() < values[0].sum()


@pytest.mark.parametrize("surrogate", [WarpedGP(), MixedGP()], ids=repr)
def test_gradients_are_finite_differences(surrogate: Surrogate) -> None:
    data = noisy_plane()
    acq = on_plane(LogNoisyEI(), surrogate.fit(data, PLANE, generator=make_generator(0)), data)
    check_gradients(acq, PLANE.sample(6, generator=make_generator(5)).unsqueeze(-2), atol=1e-3)


def test_joint_points_are_refused() -> None:
    data = noisy_plane()
    model = WarpedGP(n_starts=1).fit(data, PLANE, generator=make_generator(0))
    with pytest.raises(IncompatibleError, match="single points"):
        on_plane(LogNoisyEI(), model, data)(data.x[:4].reshape(2, 2, 2))
