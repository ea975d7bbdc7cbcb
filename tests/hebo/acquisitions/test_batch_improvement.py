"""Tests of `hebo.acquisitions.batch_improvement`: closed forms, other estimates, draws, seeds."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from acquisition import PLANE, noisy_plane
from torch import Tensor

from hebo.acquisitions.batch_improvement import BatchImprovement, QLogEI, QLogNEI
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.sampled import SampledEI
from hebo.base import AcqFunction, Acquisition, FittedModels
from hebo.data import Data
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP

BATCHES = PLANE.sample(15, generator=make_generator("batches")).reshape(5, 3, 2)


def observed(noise: float) -> tuple[Any, Data]:
    data = noisy_plane(noise=noise)
    return WarpedGP().fit(data, PLANE, generator=make_generator(0)), data


def built(recipe: Acquisition, model: Any, data: Data, seed: int = 0, pending: Tensor | None = None) -> Any:
    models = FittedModels((model,)) if pending is None else FittedModels((model,), pending=pending)
    return recipe.build(models, data, PLANE, generator=make_generator(seed))


def test_a_single_point_has_the_expected_improvement() -> None:
    model, data = observed(0.0)
    x = PLANE.sample(8, generator=make_generator(1)).unsqueeze(1)
    expected = built(LogEI(margin=0), model, data)(x).exp()
    torch.testing.assert_close(
        built(QLogEI(n_samples=4096), model, data)(x).exp(), expected, rtol=0.02, atol=1e-3
    )


def test_batches_have_the_sampled_expected_improvement() -> None:
    model, data = observed(0.1)
    expected = built(SampledEI(n_samples=8192), model, data)(BATCHES)
    found = built(QLogEI(n_samples=8192), model, data)(BATCHES).exp()
    torch.testing.assert_close(found, expected, rtol=0.05, atol=2e-3)


def test_improvements_over_uncertain_values_are_those_of_joint_draws() -> None:
    model, data = observed(0.3)
    values = built(QLogNEI(n_samples=2048), model, data)(BATCHES)[:, 0].exp()
    points = torch.cat([data.x.expand(5, -1, -1), BATCHES], dim=1)
    mean, covariance = model.joint(points)
    factor = torch.linalg.cholesky(covariance + 1e-9 * torch.eye(15, dtype=torch.float64))
    z = torch.randn(20_000, 5, 15, dtype=torch.float64, generator=make_generator("z"))
    drawn = mean + torch.einsum("bij,nbj->nbi", factor, z)
    gain = (drawn[..., 12:].amax(-1) - drawn[..., :12].amax(-1)).clamp_min(0)
    error = 6 * gain.std(0) / math.sqrt(len(gain))
    assert ((values - gain.mean(0)).abs() < error + 0.05 * gain.mean(0) + 2e-3).all()


def test_without_noise_both_are_alike() -> None:
    model, data = observed(0.0)
    plain, noisy = (built(kind(n_samples=4096), model, data)(BATCHES).exp() for kind in (QLogEI, QLogNEI))
    torch.testing.assert_close(noisy, plain, rtol=0.05, atol=5e-3)


def test_a_pending_point_promises_no_improvement() -> None:
    model, data = observed(0.3)
    best = PLANE.sample(64, generator=make_generator(9))
    best = best[model.means(best).argmax()].unsqueeze(0)
    plain = built(QLogNEI(), model, data)(best.unsqueeze(0))
    assert built(QLogNEI(), model, data, pending=best)(best.unsqueeze(0)) < plain - 2.0


@pytest.mark.parametrize("kind", [QLogEI, QLogNEI])
def test_values_of_batches_depend_on_the_seed_alone(kind: type[BatchImprovement]) -> None:
    model, data = observed(0.1)
    acq: AcqFunction = built(kind(), model, data)
    torch.rand(3)  # the global stream moves on
    values = acq(BATCHES)
    assert torch.equal(built(kind(), model, data)(BATCHES), values)
    assert torch.equal(acq(BATCHES), values)
    assert not torch.equal(built(kind(), model, data, seed=1)(BATCHES), values)


@pytest.mark.parametrize("kind", [QLogEI, QLogNEI])
def test_equal_points_have_finite_values_and_gradients(kind: type[BatchImprovement]) -> None:
    model, data = observed(0.0)
    x = data.x[:1].repeat(4, 1).unsqueeze(0).requires_grad_()
    value = built(kind(), model, data)(x)
    value.sum().backward()
    assert torch.isfinite(value).all()
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()
