"""Tests of `hebo.explain.outcome_model`: what transforms make of normal predictions."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from botorch.models.deterministic import GenericDeterministicModel
from botorch.models.model import Model
from torch import Tensor

from hebo.explain.outcome_model import HeldOut, OutcomeModel, Z, limits_of
from hebo.surrogates.gaussian_model import GaussianModel

X = torch.tensor([[0.0], [0.5], [1.0]], dtype=torch.float64)
NOTHING = HeldOut(X[:0], X[:0, 0], X[:0, 0], X[:0, 0])
FAR = (-1e9, 1e9)


class Line(GaussianModel):
    """Scores with the mean `x` and the variance 0.04; a measurement has 0.05 more."""

    def means(self, x: Tensor) -> Tensor:
        return x[..., 0]

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x[..., 0], torch.full_like(x[..., 0], 0.04)

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x[..., 0], 0.04 * torch.eye(x.shape[-2]).to(x)

    @property
    def noise_variance(self) -> Tensor:
        return torch.tensor(0.05, dtype=torch.float64)


def outcome(
    inverse: Any = lambda scores: scores, limits: tuple[float, float] = FAR, **keys: Any
) -> OutcomeModel:
    return OutcomeModel(Line(), NOTHING, inverse, limits, **keys)


def test_of_a_straight_transform_all_is_that_of_the_normal_distribution() -> None:
    model = outcome().measured_as(-2.0, 10.0)
    mean, sd = model.moments(X, observation_noise=False)
    low, high = model.interval(X, observation_noise=False)
    torch.testing.assert_close(mean, 10 - 2 * X[:, 0])
    torch.testing.assert_close(sd, torch.full_like(mean, 0.4))
    torch.testing.assert_close(low, mean - Z * 0.4)
    torch.testing.assert_close(high, mean + Z * 0.4)


def test_moments_of_an_exponential_are_those_of_the_log_normal_distribution() -> None:
    mean, sd = outcome(torch.exp).moments(X, observation_noise=False)
    expected = (X[:, 0] + 0.02).exp()
    torch.testing.assert_close(mean, expected)
    torch.testing.assert_close(sd, expected * math.sqrt(math.exp(0.04) - 1))


def test_the_ends_of_an_interval_go_through_the_inverse_as_they_are() -> None:
    low, high = outcome(torch.exp).interval(X, observation_noise=False)
    torch.testing.assert_close(low, (X[:, 0] - Z * 0.2).exp())
    torch.testing.assert_close(high, (X[:, 0] + Z * 0.2).exp())


@pytest.mark.parametrize("slope", [1.0, -1.0])
def test_quantiles_grow_whatever_the_direction_of_the_quantity(slope: float) -> None:
    z = torch.linspace(-2, 2, 9, dtype=torch.float64)
    found = outcome(torch.exp).measured_as(slope).quantiles(X, z, observation_noise=False)
    assert bool((found.diff(dim=1) > 0).all())


def test_a_new_measurement_varies_by_the_noise_as_well() -> None:
    _, without = outcome().moments(X, observation_noise=False)
    _, with_noise = outcome().moments(X, observation_noise=True)
    torch.testing.assert_close(without, torch.full_like(without, 0.2))
    torch.testing.assert_close(with_noise, torch.full_like(without, 0.3))


def test_the_width_multiplies_deviations() -> None:
    _, sd = outcome(width=1.5).moments(X, observation_noise=False)
    torch.testing.assert_close(sd, torch.full_like(sd, 0.3))


def test_an_inverse_without_an_end_gives_finite_numbers() -> None:
    model = outcome(lambda scores: 1 / (0.3 - scores).clamp_min(0.0), limits_of(torch.tensor([1.0, 3.0])))
    mean, sd = model.moments(X, observation_noise=True)
    assert bool(torch.isfinite(mean).all() and torch.isfinite(sd).all())
    assert float(mean.max()) <= 3.0 + 20.0


def test_the_probability_of_limits_is_that_of_the_normal_distribution() -> None:
    found = outcome().measured_as(-1.0).probability(X, -0.6, -0.4)
    cdf = torch.special.ndtr
    expected = cdf((0.6 - X[:, 0]) / 0.2) - cdf((0.4 - X[:, 0]) / 0.2)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(outcome().probability(X, 0.5, None), cdf((X[:, 0] - 0.5) / 0.2))


class Known:
    """An offset of 5, known up to a standard deviation of 2."""

    def at(self, x: Tensor) -> Tensor:
        return torch.full_like(x[:, 0], 5.0)

    def variance(self, x: Tensor) -> Tensor:
        return torch.full_like(x[:, 0], 4.0)


def test_an_unknown_offset_adds_its_variance() -> None:
    mean, sd = outcome(offset=Known()).moments(X, observation_noise=False)
    torch.testing.assert_close(mean, X[:, 0] + 5.0)
    torch.testing.assert_close(sd, torch.full_like(sd, math.sqrt(4.04)))


def test_any_model_of_botorch_will_do() -> None:
    sine: Model = GenericDeterministicModel(lambda x: x.sin())
    model = OutcomeModel(sine, NOTHING, lambda scores: scores, FAR)
    mean, sd = model.moments(X, observation_noise=False)
    torch.testing.assert_close(mean, X[:, 0].sin())
    assert float(sd.max()) < 1e-6
