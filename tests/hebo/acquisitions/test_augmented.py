"""Tests of `hebo.acquisitions.augmented`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from acquisition import under
from scipy.stats import norm
from torch import Tensor

from hebo.acquisitions.augmented import LogAugmentedEI
from hebo.acquisitions.improvement import LogEI
from hebo.data import Data
from hebo.random import make_generator

DATA = Data(torch.tensor([[0.2], [0.8]]).double(), torch.zeros(2, 1).double())
GRID = torch.linspace(0, 1, 9, dtype=torch.float64).reshape(-1, 1, 1)


def mean(x: Tensor) -> Tensor:
    return torch.sin(6 * x[..., 0])


def sd(x: Tensor) -> Tensor:
    return 0.1 + 3.0 * x[..., 0]


@pytest.fixture
def noisy(formula_model: Any) -> Any:
    return lambda noise: formula_model(mean, sd, noise_sd=noise)


def test_values_are_those_of_the_formula(noisy: Any) -> None:
    values = under(LogAugmentedEI(), noisy(0.3), DATA, generator=make_generator(0))(GRID)[:, 0]
    # mu - s is 0.93 - 0.7 at 0.2 and -1.0 - 2.5 at 0.8, so the first is the effective best.
    mu, s = np.sin(6 * GRID.numpy().ravel()), 0.1 + 3 * GRID.numpy().ravel()
    u = (mu - np.sin(1.2)) / s
    expected = s * (norm.pdf(u) + u * norm.cdf(u)) * (1 - 0.3 / np.sqrt(s**2 + 0.09))
    torch.testing.assert_close(values.exp(), torch.from_numpy(expected), rtol=1e-6, atol=1e-15)


def test_without_noise_and_caution_it_is_log_ei(noisy: Any) -> None:
    augmented = under(LogAugmentedEI(caution=0.0), noisy(0.0), DATA, generator=make_generator(0))(GRID)
    plain = under(LogEI(margin=0.0), noisy(0.0), DATA, generator=make_generator(0))(GRID)
    torch.testing.assert_close(augmented, plain)


def test_caution_moves_the_threshold_to_a_point_known_well(formula_model: Any) -> None:
    model = formula_model(lambda x: x[..., 0], lambda x: 0.01 + 2 * x[..., 0])
    bold, careful = (
        under(LogAugmentedEI(caution=caution), model, DATA, generator=make_generator(0))(GRID)
        for caution in (0.0, 1.0)
    )
    assert (careful > bold).all()  # the threshold is 0.2 instead of 0.8
