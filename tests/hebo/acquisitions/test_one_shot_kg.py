"""Tests of `hebo.acquisitions.one_shot_kg`: BoTorch's one-shot form, its value at single points, gradients."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from acquisition import PLANE, check_gradients, on_plane, plain_gp
from botorch.acquisition.knowledge_gradient import qKnowledgeGradient
from botorch.models.model import Model
from botorch.sampling import SobolQMCNormalSampler
from examples import observations

from hebo.acquisitions.knowledge_gradient import KnowledgeGradient
from hebo.acquisitions.one_shot_kg import OneShotKG
from hebo.base import FittedModels, Surrogate
from hebo.data import Data
from hebo.random import make_generator
from hebo.surrogates.gradient_gp import GradientGP
from hebo.surrogates.heteroscedastic_gp import HeteroscedasticGP
from hebo.surrogates.multitask_gp import MultitaskGP
from hebo.surrogates.warped_gp import WarpedGP
from mcbo.surrogates.mixed_gp import MixedGP


@pytest.mark.parametrize("lengthscale", [0.15, 0.4, 1.0])
def test_joint_values_are_botorchs_of_the_same_fantasies(data: Data, lengthscale: float) -> None:
    gp = plain_gp(data, lengthscale)
    acq = on_plane(OneShotKG(n_fantasies=8), gp, data)
    sampler = SobolQMCNormalSampler(torch.Size([8]), seed=0)
    theirs = qKnowledgeGradient(gp, num_fantasies=8, sampler=sampler, current_value=acq.means.max())
    x = PLANE.sample(90, generator=make_generator(4)).reshape(10, 9, 2)
    with torch.no_grad():
        expected = theirs(x)
        ours = replace(acq, z=sampler.base_samples.flatten())(x)[:, 0]
    torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-5)


def test_a_point_with_the_best_known_maximizers_has_its_value_at_single_points(
    data: Data, fitted: Model
) -> None:
    acq = on_plane(OneShotKG(), fitted, data)
    x = PLANE.sample(10, generator=make_generator(4))
    augmented = acq.augmented(x)
    assert augmented.shape == (10, 17, 2)
    with torch.no_grad():
        torch.testing.assert_close(acq(augmented), acq(x.unsqueeze(-2)), rtol=1e-6, atol=1e-8)


def test_values_are_near_the_exact_knowledge_gradient(data: Data, fitted: Model) -> None:
    many = on_plane(OneShotKG(n_fantasies=512, n_points=64), fitted, data)
    exact = KnowledgeGradient(n_points=64).build(
        FittedModels((fitted,)), data, PLANE, generator=make_generator(0)
    )
    x = PLANE.sample(30, generator=make_generator(4)).unsqueeze(-2)
    with torch.no_grad():
        torch.testing.assert_close(many(x), exact(x).exp(), rtol=0.1, atol=0.01)


@pytest.mark.parametrize("q", [1, 17])
def test_gradients_are_finite_differences(data: Data, fitted: Model, q: int) -> None:
    acq = on_plane(OneShotKG(), fitted, data)
    x = PLANE.sample(4 * q, generator=make_generator(5)).reshape(4, q, 2)
    check_gradients(acq, x, atol=1e-5)


@pytest.mark.parametrize(
    "surrogate", [WarpedGP(), MixedGP(), HeteroscedasticGP(), MultitaskGP(), GradientGP()], ids=repr
)
def test_joint_values_have_gradients_under_every_process(surrogate: Surrogate) -> None:
    known = observations(PLANE, 12)
    model = surrogate.fit(known, PLANE, generator=make_generator(0))
    acq = on_plane(OneShotKG(n_fantasies=4), model, known)
    x = acq.augmented(PLANE.sample(3, generator=make_generator(1))).requires_grad_()
    (slope,) = torch.autograd.grad(acq(x).sum(), x)
    assert torch.isfinite(slope).all()
    assert slope[:, 0].abs().max() > 0
