"""Tests of `hebo.surrogates.noise_profile`: moments against sampled chi-squares, and the fit of a profile."""

from __future__ import annotations

import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.noise_profile import NoiseModel, NoiseSquares

SPACE = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
N = 40_000
NOISE = torch.full((N,), 0.3, dtype=torch.float64)
X = torch.rand(N, 1, generator=make_generator(0), dtype=torch.float64)


def normal(*shape: int) -> torch.Tensor:
    return NOISE[0].sqrt() * torch.randn(*shape, generator=make_generator(1), dtype=torch.float64)


def test_logarithms_of_squares_are_corrected_and_as_uncertain_as_they_say() -> None:
    found = NoiseSquares.of_residuals(X, normal(N).square(), NOISE)
    assert found.log_variance.mean().exp().item() == pytest.approx(0.3, rel=0.03)
    assert found.log_variance.var().item() == pytest.approx(found.uncertainty[0].item(), rel=0.03)


@pytest.mark.parametrize("k", [2, 3, 6])
def test_variances_within_replicates_are_corrected_and_as_uncertain_as_they_say(k: int) -> None:
    variances, degrees = normal(N, k).var(1), torch.full_like(NOISE, k - 1)
    found = NoiseSquares.of_replicates(X, variances, degrees, NOISE)
    assert found.log_variance.mean().exp().item() == pytest.approx(0.3, rel=0.03)
    assert found.log_variance.var().item() == pytest.approx(found.uncertainty[0].item(), rel=0.1)


def test_a_square_of_zero_is_a_small_one() -> None:
    found = NoiseSquares.of_residuals(X[:1], torch.zeros(1, dtype=torch.float64), NOISE[:1])
    assert 1e-3 < found.log_variance.exp().item() < 1e-1


def test_a_profile_that_is_known_is_met_and_continued() -> None:
    x = torch.linspace(0, 1, 12, dtype=torch.float64).unsqueeze(1)
    told = NoiseSquares.of_known(x[::2], (2 * x[::2, 0] - 3).exp())
    found = NoiseModel(told, SPACE, generator=make_generator(0)).at(x)
    torch.testing.assert_close(found, (2 * x[:, 0] - 3).exp(), rtol=0.15, atol=0)


def test_estimates_of_two_kinds_are_joined() -> None:
    one, other = NoiseSquares.of_known(X[:2], NOISE[:2]), NoiseSquares.of_known(X[2:5], NOISE[:3])
    joined = one + other
    assert joined.x.shape == (5, 1)
    assert len(joined.log_variance) == len(joined.uncertainty) == 5
