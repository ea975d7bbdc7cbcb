"""Tests of `hebo.transforms.families` against SciPy and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch
from sklearn.preprocessing import PowerTransformer

from hebo.transforms.families import BoxCox, Identity, YeoJohnson


@pytest.mark.parametrize("power", [-2.0, -0.3, 0.0, 0.5, 3.0])
def test_box_cox_is_scipys(power: float) -> None:
    z = np.array([1e-3, 0.5, 1.0, 7.0])
    torch.testing.assert_close(
        BoxCox(power).forward(torch.as_tensor(z)), torch.as_tensor(scipy.special.boxcox(z, power))
    )


@pytest.mark.parametrize("power", [-2.0, 0.0, 0.5, 2.0, 3.0])
def test_yeo_johnson_is_scipys(power: float) -> None:
    z = np.array([-4.0, -0.1, 0.0, 0.5, 7.0])
    torch.testing.assert_close(
        YeoJohnson(power).forward(torch.as_tensor(z)), torch.as_tensor(scipy.stats.yeojohnson(z, power))
    )


@pytest.mark.parametrize("family", [BoxCox(-1.2), BoxCox(0.0), BoxCox(2.0), Identity()])
def test_positive_values_come_back(family: BoxCox | Identity) -> None:
    z = torch.tensor([0.1, 1.0, 3.0], dtype=torch.float64)
    torch.testing.assert_close(family.inverse(family.forward(z)), z)


@pytest.mark.parametrize("power", [-1.0, 0.0, 1.0, 2.0, 2.7])
def test_values_of_any_sign_come_back(power: float) -> None:
    z = torch.tensor([-3.0, -0.2, 0.0, 0.4, 5.0], dtype=torch.float64)
    torch.testing.assert_close(YeoJohnson(power).inverse(YeoJohnson(power).forward(z)), z)


def test_fits_agree_with_scikit_learn() -> None:
    z = np.random.default_rng(0).gamma(2.0, size=80)
    for family, method in ((BoxCox, "box-cox"), (YeoJohnson, "yeo-johnson")):
        reference = PowerTransformer(method, standardize=False).fit(z[:, None]).lambdas_[0]
        assert family.fit(torch.as_tensor(z)).power == pytest.approx(reference, abs=1e-3)


@pytest.mark.parametrize(("power", "end"), [(2.0, 0.0), (0.5, 0.0), (-1.0, np.inf)])
def test_a_score_beyond_the_range_of_box_cox_is_the_end_of_its_values(power: float, end: float) -> None:
    beyond = torch.tensor([-1.0 / power, -2.0 / power], dtype=torch.float64)
    assert BoxCox(power).inverse(beyond).tolist() == [end, end]


def test_yeo_johnson_ends_at_infinity() -> None:
    beyond = torch.tensor([2.0, -2.0], dtype=torch.float64)
    assert float(YeoJohnson(-1.0).inverse(beyond)[0]) == np.inf
    assert float(YeoJohnson(3.0).inverse(beyond)[1]) == -np.inf
