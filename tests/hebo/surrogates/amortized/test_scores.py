"""Tests of `hebo.surrogates.amortized.scores`."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from hebo.surrogates.amortized.scores import Problems, _Kernels
from hebo.surrogates.marginal_likelihood import LogPosterior
from hebo.surrogates.warped_gp import warped_layout


def by_log_posterior(problems: Problems, place: int, theta: Tensor) -> tuple[float, np.ndarray]:
    """Log marginal likelihood and its gradient, by the density that fits maximize, without its prior."""
    parts = (one[place].numpy() for one in (problems.numeric, problems.codes, problems.y))
    value, slope = LogPosterior(problems.layout, *parts, problems.smoothness)(theta.numpy())
    log_prior, prior_slope = problems.layout.log_prior(theta.numpy())
    return -value - log_prior, -slope - prior_slope


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
@pytest.mark.parametrize(("k", "c", "warp"), [(3, 2, True), (3, 2, False), (3, 0, True), (0, 2, True)])
def test_scores_are_those_of_the_density_that_fits_maximize(
    problems: Problems, smoothness: float, k: int, c: int, warp: bool
) -> None:
    layout = warped_layout(k, c, problems.n, warp=warp)
    own = Problems(layout, problems.numeric[..., :k], problems.codes[..., :c], problems.y, smoothness)
    theta = 0.5 * torch.randn(4, layout.size, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    value, score = own.scores(theta)
    for place in range(4):
        expected, slope = by_log_posterior(own, place, theta[place])
        assert value[place].item() == pytest.approx(expected, rel=1e-9)
        assert_close(score[place], torch.from_numpy(slope), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("k", "c", "warp"), [(3, 2, True), (3, 0, False), (0, 2, True)])
def test_the_information_is_that_of_its_definition(problems: Problems, k: int, c: int, warp: bool) -> None:
    layout = warped_layout(k, c, problems.n, warp=warp)
    own = Problems(layout, problems.numeric[:1, :, :k], problems.codes[:1, :, :c], problems.y[:1], 1.5)
    theta = 0.5 * torch.randn(1, layout.size, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    _, _, information = own.scores_and_information(theta)
    steps = 1e-5 * torch.eye(layout.size - 1, layout.size, dtype=torch.float64)
    above, below = (_Kernels(own, theta + one.unsqueeze(1)).noisy[:, 0] for one in (steps, -steps))
    derivatives = (above - below) / 2e-5
    inverse = _Kernels(own, theta).noisy[0].inverse()
    moved = derivatives @ inverse @ (own.y[0] - theta[0, -1])
    assert_close(information[0, :-1, :-1], 0.5 * moved @ inverse @ moved.mT, rtol=1e-5, atol=1e-7)
    assert_close(information[0, -1, -1], inverse.sum())


def test_several_settings_of_each_problem_are_scored_at_once(problems: Problems, settings: Tensor) -> None:
    several = torch.stack([settings, settings + 0.3])
    value, score = problems.scores(several)
    for place in range(2):
        one = problems.scores(several[place])
        assert_close(value[place], one[0])
        assert_close(score[place], one[1])


def test_a_covariance_that_has_no_factor_has_a_score_of_zero(problems: Problems, settings: Tensor) -> None:
    settings[1, problems.layout.groups["signal"]] = 60.0
    settings[1, problems.layout.groups["noise"]] = -60.0
    settings[1, problems.layout.groups["lengthscale"]] = 20.0
    value, score = problems.scores(settings)
    assert bool(torch.isfinite(value).all())
    assert bool(torch.isfinite(score).all())
    assert bool((score[0] != 0).any())
