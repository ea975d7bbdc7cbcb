"""Tests of `hebo.acquisitions.improvement` against closed forms and BoTorch."""

from __future__ import annotations

import math

import pytest
import torch
from acquisition import under
from botorch.acquisition.analytic import LogExpectedImprovement, LogProbabilityOfImprovement
from botorch.models import SingleTaskGP

from hebo.acquisitions.improvement import LogEI, LogPI
from hebo.acquisitions.marginals import NormalMarginals
from hebo.data import Data
from hebo.errors import IncompatibleError
from hebo.random import make_generator


@pytest.fixture
def fitted() -> tuple[SingleTaskGP, Data]:
    x = torch.linspace(0, 1, 6, dtype=torch.float64).unsqueeze(-1)
    y = torch.sin(6 * x)
    y = (y - y.mean()) / y.std()
    return SingleTaskGP(x, y, outcome_transform=None), Data(x, y)


GRID = torch.linspace(0, 1, 9, dtype=torch.float64).reshape(-1, 1, 1)


def test_log_ei_is_botorchs_over_the_posterior_mean_of_the_best_point(
    fitted: tuple[SingleTaskGP, Data],
) -> None:
    model, data = fitted
    acq = under(LogEI(margin=0.0), model, data, generator=make_generator(0))
    best = model.posterior(data.best.reshape(1, 1, 1)).mean.item()
    torch.testing.assert_close(
        acq(GRID).squeeze(-1), LogExpectedImprovement(model, best)(GRID), rtol=1e-5, atol=0
    )


def test_log_pi_is_botorchs_over_the_posterior_mean_of_the_best_point(
    fitted: tuple[SingleTaskGP, Data],
) -> None:
    model, data = fitted
    acq = under(LogPI(margin=0.0), model, data, generator=make_generator(0))
    best = model.posterior(data.best.reshape(1, 1, 1)).mean.item()
    torch.testing.assert_close(
        acq(GRID).squeeze(-1), LogProbabilityOfImprovement(model, best)(GRID), rtol=1e-5, atol=0
    )


def test_expected_improvement_of_a_standard_normal_over_zero_is_one_over_sqrt_two_pi() -> None:
    value = NormalMarginals(torch.zeros(1), torch.ones(1)).log_ei(0.0).item()
    assert value == pytest.approx(-0.5 * math.log(2 * math.pi), rel=1e-6)


def test_the_margin_raises_the_bar(fitted: tuple[SingleTaskGP, Data]) -> None:
    model, data = fitted
    low, high = (
        under(recipe(margin=margin), model, data, generator=make_generator(0))(GRID)
        for recipe, margin in ((LogEI, 0.0), (LogEI, 0.5))
    )
    assert (high < low).all()


def test_joint_points_are_refused(fitted: tuple[SingleTaskGP, Data]) -> None:
    model, data = fitted
    acq = under(LogEI(), model, data, generator=make_generator(0))
    with pytest.raises(IncompatibleError, match=r"single points \(b x 1 x d\), not \(4, 2, 1\)"):
        acq(torch.zeros(4, 2, 1, dtype=torch.float64))
