"""Tests of `hebo.acquisitions.predictive_entropy`: BoTorch's value on the same model, gradients, its scale."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from acquisition import PLANE, check_gradients, on_plane, plain_gp
from botorch.acquisition.predictive_entropy_search import qPredictiveEntropySearch
from botorch.models.model import Model

from hebo.acquisitions.covariances import known_points
from hebo.acquisitions.joint_draws import JointDraws, support_points
from hebo.acquisitions.joint_entropy import JointEntropy
from hebo.acquisitions.predictive_entropy import PredictiveEntropy, log_smooth
from hebo.base import FittedModels
from hebo.data import Data
from hebo.errors import IncompatibleError
from hebo.random import make_generator


@pytest.mark.parametrize("lengthscale", [0.15, 0.4, 1.0])
def test_values_are_botorchs_of_the_same_draws(data: Data, lengthscale: float) -> None:
    gp = plain_gp(data, lengthscale)
    generator, known = make_generator(0), known_points(FittedModels((gp,)), data)
    support = support_points(known, PLANE, 64, generator=generator)
    maximizers, _ = JointDraws(gp, support, 4, generator=generator).maxima(PLANE, generator=generator)
    theirs = qPredictiveEntropySearch(gp, maximizers)
    x = PLANE.sample(100, generator=make_generator(4)).unsqueeze(-2)
    with torch.no_grad():
        ours = on_plane(PredictiveEntropy(n_samples=4, n_points=64), gp, data)(x)[:, 0]
        expected = theirs(x)
    shown = 1e-3 * torch.nn.functional.softplus(expected / 1e-3)
    torch.testing.assert_close(ours.exp(), shown, rtol=0.05, atol=0.003)


def test_the_scale_is_that_of_logarithms_above_zero_and_increasing_below() -> None:
    v = torch.tensor([0.01, 0.1, 2.0], dtype=torch.float64)
    np.testing.assert_allclose(log_smooth(v).numpy(), np.log(v.numpy()), atol=1e-4)
    line = torch.linspace(-5, 0.1, 5000, dtype=torch.float64, requires_grad=True)
    values = log_smooth(line)
    values.sum().backward()
    assert (values.diff() > 0).all()
    assert torch.isfinite(line.grad).all()  # type: ignore[arg-type]


def test_gradients_are_finite_differences(data: Data, fitted: Model) -> None:
    acq = on_plane(PredictiveEntropy(n_points=32, n_samples=4), fitted, data)
    x = PLANE.sample(6, generator=make_generator(5)).unsqueeze(-2)
    check_gradients(lambda x: acq(x).exp(), x, step=1e-5, rtol=1e-2)


def test_it_ranks_points_as_joint_entropy_does_by_and_large(data: Data, fitted: Model) -> None:
    x = PLANE.sample(100, generator=make_generator(5)).unsqueeze(-2)
    with torch.no_grad():
        ours = on_plane(PredictiveEntropy(n_samples=16), fitted, data)(x)[:, 0]
        joint = JointEntropy().build(FittedModels((fitted,)), data, PLANE, generator=make_generator(0))(x)[
            :, 0
        ]
    ranks = [one.argsort().argsort().double() for one in (ours, joint)]
    assert torch.corrcoef(torch.stack(ranks))[0, 1] > 0.3


def test_joint_points_are_refused(data: Data, fitted: Model) -> None:
    with pytest.raises(IncompatibleError, match=r"single points.*kriging_believer"):
        on_plane(PredictiveEntropy(n_points=16), fitted, data)(data.x[:4].reshape(2, 2, 2))
