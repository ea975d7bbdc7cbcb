"""Tests of `hebo.acquisitions.joint_entropy`: a slow computation, BoTorch's lower bound, gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from acquisition import PLANE, check_gradients, on_plane, plain_gp
from botorch.acquisition.joint_entropy_search import qJointEntropySearch
from botorch.models.model import Model
from scipy.stats import truncnorm
from torch import Tensor

from hebo.acquisitions.covariances import known_points
from hebo.acquisitions.joint_draws import JointDraws, support_points
from hebo.acquisitions.joint_entropy import JointEntropy, truncated_share
from hebo.acquisitions.max_value_entropy import MaxValueEntropy
from hebo.base import FittedModels
from hebo.data import Data
from hebo.errors import IncompatibleError
from hebo.random import make_generator


def maxima_of(acq: JointEntropy, model: Model, data: Data) -> tuple[Tensor, Tensor]:
    """The draws of the maximum that `on_plane` makes."""
    generator = make_generator(0)
    known = known_points(FittedModels((model,)), data)
    support = support_points(known, PLANE, acq.n_points, generator=generator)
    draws = JointDraws(model, support, acq.n_samples, generator=generator)
    return draws.maxima(PLANE, generator=generator)


@pytest.mark.parametrize("u", [-30.0, -5.0, -1.0, 0.0, 0.7, 2.0, 6.0])
def test_the_share_is_that_of_a_truncated_normal(u: float) -> None:
    expected = 1 - truncnorm.var(-np.inf, u) if u > -10 else 1 - u**-2 + 6 * u**-4
    found = truncated_share(torch.tensor(u, dtype=torch.float64)).item()
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_the_share_is_finite_however_surprising_and_falls_with_the_threshold() -> None:
    u = torch.tensor([-1e9, -1e3, 50.0, 1e9], dtype=torch.float64, requires_grad=True)
    share = truncated_share(u)
    share.sum().backward()
    assert torch.isfinite(u.grad).all()  # type: ignore[arg-type]
    assert ((share >= 0) & (share < 1)).all()
    assert (truncated_share(torch.linspace(-20, 8, 200, dtype=torch.float64)).diff() < 0).all()


def test_values_are_those_of_conditioned_and_truncated_normals(data: Data, fitted: Any) -> None:
    acq = JointEntropy(n_samples=6, n_points=64)
    best, largest = maxima_of(acq, fitted, data)
    x = PLANE.sample(10, generator=make_generator(4))
    noise, found = fitted.noise_variance.item(), on_plane(acq, fitted, data)(x.unsqueeze(-2))[:, 0]
    for point, value in zip(x, found, strict=True):
        information = []
        for where, height in zip(best, largest, strict=True):
            mean, covariance = (one.numpy() for one in fitted.joint(torch.stack([point, where])))
            gain = covariance[0, 1] / covariance[1, 1]
            center = mean[0] + gain * (height.item() - mean[1])
            left = covariance[0, 0] - gain * covariance[0, 1]
            kept = left * truncnorm.var(-np.inf, (height.item() - center) / left**0.5)
            information.append(0.5 * np.log((covariance[0, 0] + noise) / (kept + noise)))
        assert value.exp().item() == pytest.approx(np.mean(information), rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("lengthscale", [0.15, 0.4, 1.0])
def test_values_are_botorchs_lower_bound_for_the_same_maxima(data: Data, lengthscale: float) -> None:
    gp = plain_gp(data, lengthscale)
    acq = JointEntropy(n_samples=8, n_points=128)
    best, largest = maxima_of(acq, gp, data)
    theirs = qJointEntropySearch(gp, best, largest.unsqueeze(-1), estimation_type="LB")
    x = PLANE.sample(16, generator=make_generator(4)).unsqueeze(-2)
    with torch.no_grad():
        ours, expected = on_plane(acq, gp, data)(x)[:, 0].exp(), theirs(x)
    # Their condition is noisy, with a variance of 1e-4, which tells where the function is known well.
    torch.testing.assert_close(ours, expected, rtol=0.05, atol=0.01)


def test_gradients_are_finite_differences(data: Data, fitted: Model) -> None:
    acq = on_plane(JointEntropy(n_points=64), fitted, data)
    check_gradients(acq, PLANE.sample(6, generator=make_generator(5)).unsqueeze(-2))


def test_draws_are_made_once_by_the_generator(data: Data, fitted: Model) -> None:
    x = PLANE.sample(10, generator=make_generator(5)).unsqueeze(-2)
    acq = on_plane(JointEntropy(n_points=64), fitted, data)
    torch.testing.assert_close(acq(x)[2:4], acq(x[2:4]))
    assert not torch.equal(acq(x), on_plane(JointEntropy(n_points=64), fitted, data, seed=1)(x))


def test_it_ranks_points_as_max_value_entropy_does_by_and_large(data: Data, fitted: Model) -> None:
    x = PLANE.sample(200, generator=make_generator(5)).unsqueeze(-2)
    recipes = JointEntropy(n_samples=64), MaxValueEntropy(n_samples=64)
    with torch.no_grad():
        both = [
            one.build(FittedModels((fitted,)), data, PLANE, generator=make_generator(0))(x)[:, 0]
            for one in recipes
        ]
    ranks = [one.argsort().argsort().double() for one in both]
    assert torch.corrcoef(torch.stack(ranks))[0, 1] > 0.5


def test_values_are_finite_far_beyond_the_draws_and_at_evaluated_points(data: Data, fitted: Model) -> None:
    acq = on_plane(JointEntropy(n_points=64), fitted, data)
    x = torch.cat([data.x, 50 + data.x]).unsqueeze(-2).requires_grad_()
    value = acq(x)
    value.sum().backward()
    assert torch.isfinite(value).all()
    assert torch.isfinite(x.grad).all()  # type: ignore[arg-type]


def test_joint_points_are_refused(data: Data, fitted: Model) -> None:
    with pytest.raises(IncompatibleError, match="single points"):
        on_plane(JointEntropy(n_points=16), fitted, data)(data.x[:4].reshape(2, 2, 2))
