"""Tests of `hebo.failures.labels`: models of which evaluations succeed, and what failures teach."""

from __future__ import annotations

import torch
from botorch.models import SingleTaskGP
from botorch.settings import validate_input_scaling
from torch import Tensor

from hebo.data import Data
from hebo.failures.labels import LabelModel, success_labels

NAN = float("nan")


def column(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64).unsqueeze(-1)


def gp(x: Tensor, y: Tensor, lengthscale: float) -> SingleTaskGP:
    with validate_input_scaling(False):
        model = SingleTaskGP(x, y, outcome_transform=None)
    model.likelihood.noise = 1e-4
    model.covar_module.lengthscale = lengthscale
    return model.eval()


def test_labels_say_which_evaluations_succeeded() -> None:
    x = column(0.0, 0.3, 0.6, 0.8)
    labels = success_labels(Data(x, torch.where(x > 0.7, NAN, 4 * x)))
    assert labels.y[:, 0].tolist() == [1.0, 1.0, 1.0, -1.0]
    assert torch.equal(labels.x, x)


def test_a_success_is_likely_among_successes_and_unlikely_among_failures() -> None:
    x = torch.linspace(0, 1, 11, dtype=torch.float64).unsqueeze(-1)
    labels = Data(x, torch.where(x > 0.6, -1.0, 1.0).double())
    success = LabelModel(gp(x, labels.y, 0.2), labels)
    points = column(0.2, 0.65, 0.9).unsqueeze(-2)
    likely, middling, unlikely = success.log_probability(points).exp().tolist()
    assert likely > 0.99
    assert 0.05 < middling < 0.95
    assert unlikely < 0.01


def test_further_factors_are_the_probability_of_the_region_without_the_noise_of_labels() -> None:
    x = column(0.0, 0.25, 0.5, 0.75, 1.0)
    model = gp(x, torch.where(x > 0.6, -1.0, 1.0).double(), 0.4)
    model.likelihood.noise = 0.3
    success = LabelModel(model.eval(), Data(x, torch.where(x > 0.6, -1.0, 1.0).double()))
    points = column(0.1, 0.55, 0.9).unsqueeze(-2)
    posterior = model.posterior(points)
    mu, variance = posterior.mean.flatten(), posterior.variance.flatten()
    normal = torch.distributions.Normal(0.0, 1.0)
    noisy, inside = (normal.cdf(mu / (variance + noise).sqrt()).log() for noise in (0.31, 0.01))
    torch.testing.assert_close(success.log_probability(points), noisy)
    for power in (1.0, 6.0):
        weighted = success.weigh(lambda x: x.squeeze(-2).repeat(1, 2), power)
        expected = points.squeeze(-1) + (noisy + (power - 1.0) * inside).unsqueeze(-1)
        torch.testing.assert_close(weighted(points), expected.repeat(1, 2))
    assert inside[0] > noisy[0]
