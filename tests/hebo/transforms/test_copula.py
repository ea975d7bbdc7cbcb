"""Tests of `hebo.transforms.copula`: ranks are counted by hand."""

from __future__ import annotations

import math
from statistics import NormalDist, stdev

import pytest
import torch
from torch import Tensor

from hebo.errors import DataError
from hebo.transforms.copula import GaussianCopula

Y = torch.tensor([[3.0], [1.0], [10.0], [3.0]], dtype=torch.float64)


def forward(fitted_to: Tensor, y: Tensor) -> Tensor:
    z, _ = GaussianCopula().fit(fitted_to)(y)
    assert isinstance(z, Tensor)
    return z


def test_scores_are_normal_quantiles_of_the_middle_of_a_rank() -> None:
    quantile = NormalDist().inv_cdf
    scores = [quantile(0.5), quantile(0.125), quantile(0.875), quantile(0.5)]
    expected = [score / stdev(scores) for score in scores]
    assert forward(Y, Y)[:, 0].tolist() == pytest.approx(expected, abs=1e-12)


def test_only_the_order_of_what_it_is_fitted_to_matters() -> None:
    y = torch.linspace(-2, 3, 17, dtype=torch.float64).unsqueeze(1)
    assert torch.allclose(forward(y.exp(), y.exp()), forward(y, y))


def test_decimals_near_the_best_value_are_pulled_apart() -> None:
    y = torch.tensor([[-5.0], [-3.0], [-1.00002], [-1.00001], [-1.0]], dtype=torch.float64)
    z = forward(y, y)[:, 0]
    assert z[4] - z[3] > 0.5
    assert z[3] - z[2] > 0.5


@pytest.mark.parametrize(("low", "high"), [(-3.0, 14.0), (1.0, 10.0)])
def test_it_is_increasing_and_has_an_inverse_also_beyond_the_data(low: float, high: float) -> None:
    fitted = GaussianCopula().fit(Y)
    y = torch.linspace(low, high, 50, dtype=torch.float64).unsqueeze(1)
    z, _ = fitted(y)
    assert (z.diff(dim=0) > 0).all()
    assert torch.allclose(fitted.untransform(z)[0], y)


def test_each_column_has_its_own_ranks() -> None:
    two = torch.cat([Y, -Y], dim=1)
    z = forward(two, two)
    assert torch.allclose(z[:, 0], -z[:, 1])


@pytest.mark.parametrize("value", [0.0, 1e9, -3.0])
def test_a_plateau_is_zero_and_finite_around(value: float) -> None:
    y = torch.full((4, 1), value, dtype=torch.float64)
    assert forward(y, y).tolist() == [[0.0]] * 4
    around = forward(y, torch.tensor([[value - 1.0], [value + 1.0]], dtype=torch.float64))
    assert around[0].item() < 0.0 < around[1].item()
    assert torch.isfinite(around).all()


def test_what_has_no_rank_is_refused() -> None:
    with pytest.raises(DataError, match="finite"):
        GaussianCopula().fit(torch.tensor([[1.0], [math.nan]], dtype=torch.float64))
