"""Tests of `hebo.surrogates.risk_measures`: values worked by hand, and what risk levels have in common."""

from __future__ import annotations

import pytest
import torch
from botorch.acquisition.risk_measures import VaR as TheirVaR
from pydantic import ValidationError

from hebo.base import RiskMeasure
from hebo.random import make_generator
from hebo.surrogates.risk_measures import CVaR, Expectation, VaR, WorstCase

VALUES = torch.tensor([3.0, -1.0, 2.0, 0.0], dtype=torch.float64)
EQUAL = torch.full((4,), 0.25, dtype=torch.float64)
UNEQUAL = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)


@pytest.mark.parametrize(
    ("measure", "weights", "expected"),
    [
        (Expectation(), EQUAL, 1.0),
        (Expectation(), UNEQUAL, 0.7),
        (WorstCase(), UNEQUAL, -1.0),
        (VaR(alpha=0.5), EQUAL, 2.0),
        (VaR(alpha=0.51), EQUAL, 0.0),
        (VaR(alpha=1.0), EQUAL, -1.0),
        (VaR(alpha=0.1), UNEQUAL, 3.0),
        (VaR(alpha=0.8), UNEQUAL, 0.0),
        (CVaR(alpha=0.5), EQUAL, -0.5),
        (CVaR(alpha=0.75), EQUAL, -1.0),
        (CVaR(alpha=0.0), UNEQUAL, 0.7),
        (CVaR(alpha=0.5), UNEQUAL, (0.2 * -1.0 + 0.3 * 0.0) / 0.5),
        (CVaR(alpha=0.3), UNEQUAL, (0.2 * -1.0 + 0.4 * 0.0 + 0.1 * 2.0) / 0.7),
    ],
)
def test_values_worked_by_hand(measure: RiskMeasure, weights: torch.Tensor, expected: float) -> None:
    assert float(measure.of(VALUES, weights)) == pytest.approx(expected)
    batch = measure.of(VALUES.expand(2, 3, 4), weights)
    assert batch.shape == (2, 3)
    assert batch[1, 2] == pytest.approx(expected)


@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.7, 0.75])
def test_the_value_at_risk_is_that_of_botorch(alpha: float) -> None:
    values = torch.randn(20, 8, generator=make_generator(0)).double()
    expected = TheirVaR(alpha=alpha, n_w=8)(values.unsqueeze(-1)).squeeze(-1)
    torch.testing.assert_close(VaR(alpha=alpha).of(values, torch.full((8,), 1 / 8).double()), expected)


def test_the_worse_share_is_never_better_than_the_value_at_risk() -> None:
    values = torch.randn(50, 16, generator=make_generator(1)).double()
    weights = torch.rand(16, generator=make_generator(2)).double()
    weights = weights / weights.sum()
    for alpha in (0.2, 0.5, 0.9):
        mean, risk = CVaR(alpha=alpha).of(values, weights), VaR(alpha=alpha).of(values, weights)
        assert (mean <= risk + 1e-12).all()
        assert (mean >= WorstCase().of(values, weights) - 1e-12).all()


def test_the_last_value_reaches_a_share_of_one_in_spite_of_rounding() -> None:
    weights = torch.full((10,), 0.1, dtype=torch.float64)
    assert float(VaR(alpha=1.0).of(torch.arange(10.0).double(), weights)) == 0.0


@pytest.mark.parametrize("alpha", [-0.1, 1.5, float("nan")])
@pytest.mark.parametrize("measure", [VaR, CVaR])
def test_levels_that_are_no_shares_are_refused(measure: type[RiskMeasure], alpha: float) -> None:
    with pytest.raises(ValidationError):
        measure(alpha=alpha)  # type: ignore[call-arg]  # neither is abstract


def test_the_worst_nothing_has_no_mean_and_the_best_nothing_no_value() -> None:
    with pytest.raises(ValidationError):
        CVaR(alpha=1.0)
    with pytest.raises(ValidationError):
        VaR(alpha=0.0)
