"""Tests of `hebo.acquisitions.mace` and its confidence bound, worked by hand on a formula model."""

from __future__ import annotations

import math

import pytest
import torch
from acquisition import under
from botorch.models.model import Model

from hebo.acquisitions.confidence_bound import UCB, hebo_kappa
from hebo.acquisitions.mace import MACE
from hebo.data import Data
from hebo.linalg import log_expected_excess
from hebo.random import make_generator

# The best of the two observations is at x = 1.
DATA = Data(
    torch.tensor([[0.0], [1.0]], dtype=torch.float64), torch.tensor([[0.0], [1.0]], dtype=torch.float64)
)
POINTS = torch.tensor([-2.0, 1.0, 1.7], dtype=torch.float64).reshape(-1, 1, 1)


def test_without_noise_draw_the_three_values_are_bound_log_ei_and_log_pi(linear_model: Model) -> None:
    values = under(
        MACE(kappa=2.0, margin=0.0, noise_draw=False), linear_model, DATA, generator=make_generator(0)
    )(POINTS)
    z = (POINTS.flatten() - 1.0) / 0.5
    expected = torch.stack(
        [POINTS.flatten() + 1.0, math.log(0.5) + log_expected_excess(z), torch.special.log_ndtr(z)], dim=-1
    )
    torch.testing.assert_close(values, expected)


def test_the_noise_draw_shifts_all_means_by_sqrt_two_sigma_xi(linear_model: Model) -> None:
    plain = under(MACE(kappa=2.0, noise_draw=False), linear_model, DATA, generator=make_generator(5))(POINTS)
    noisy = under(MACE(kappa=2.0), linear_model, DATA, generator=make_generator(5))(POINTS)
    xi = torch.randn((), generator=make_generator(5), dtype=torch.float64)
    shift = math.sqrt(2.0) * 0.3 * xi
    torch.testing.assert_close(noisy[:, 0] - plain[:, 0], shift.expand(3))


def test_the_noise_draw_is_made_once_per_suggestion(linear_model: Model) -> None:
    acq = under(MACE(), linear_model, DATA, generator=make_generator(5))
    torch.testing.assert_close(acq(POINTS), acq(POINTS), rtol=0, atol=0)


def test_the_default_bound_follows_hebos_schedule() -> None:
    data = Data(torch.zeros(50, 6), torch.zeros(50, 1))
    assert hebo_kappa(len(data.x), 6, 1) == pytest.approx(
        math.sqrt(5 * math.log(50) + math.log(math.pi**2 / 0.01))
    )
    assert hebo_kappa(50, 6, 1) == pytest.approx(5.14, abs=0.01)  # the figure for d = 6, n = 50
    assert hebo_kappa(3, 6, 8) == pytest.approx(math.sqrt(math.log(math.pi**2 / 0.01)))


def test_ucb_is_mean_plus_kappa_deviations(linear_model: Model) -> None:
    values = under(UCB(kappa=3.0), linear_model, DATA, generator=make_generator(0))(POINTS)
    torch.testing.assert_close(values, POINTS.squeeze(-1) + 1.5)
