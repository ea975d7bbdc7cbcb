"""Tests of `hebo.recommenders.modeled_scale`."""

from __future__ import annotations

import pytest
import torch

from hebo.base import OutputTransform
from hebo.data import Data
from hebo.recommenders.modeled_scale import on_modeled_scale
from hebo.transforms.copula import GaussianCopula
from hebo.transforms.power import PowerTransform, Standardize

X = torch.linspace(0.1, 2, 12, dtype=torch.float64).unsqueeze(-1)
DATA = Data(X, -X.exp(), y_var=torch.full_like(X, 0.04), gradients=-X.exp())
"""The values of `-exp(x)`, which is also its derivative."""


@pytest.mark.parametrize("recipe", [PowerTransform(), Standardize()])
def test_derivatives_follow_the_chain_rule(recipe: OutputTransform) -> None:
    found = on_modeled_scale(DATA, recipe)
    transform = recipe.fit(DATA.y)
    up, down = (transform(-(X + step).exp())[0] for step in (1e-6, -1e-6))
    assert found.gradients is not None
    torch.testing.assert_close(found.gradients, (up - down) / 2e-6, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(found.y, transform(DATA.y)[0])


def test_variances_are_multiplied_by_the_square_of_what_derivatives_are() -> None:
    found = on_modeled_scale(DATA, PowerTransform())
    assert found.gradients is not None
    assert found.y_var is not None
    slope = found.gradients / -X.exp()
    torch.testing.assert_close(found.y_var, 0.04 * slope.square())


def test_where_values_are_limited_a_derivative_is_unknown() -> None:
    y = -X.exp()
    y[-1] = -1e12
    found = on_modeled_scale(Data(X, y, gradients=-X.exp()), Standardize())
    assert found.gradients is not None
    assert torch.isfinite(found.gradients[:-1]).all()
    assert torch.isnan(found.gradients[-1]).all()


def test_failed_rows_stay_as_they_are_and_unknown_derivatives_unknown() -> None:
    y, gradients = DATA.y.clone(), -X.exp()
    y[3], gradients[3], gradients[5] = torch.nan, torch.nan, torch.nan
    found = on_modeled_scale(Data(X, y, gradients=gradients), GaussianCopula())
    assert found.gradients is not None
    assert torch.isnan(found.y[:, 0]).nonzero()[:, 0].tolist() == [3]
    assert torch.isnan(found.gradients[:, 0]).nonzero()[:, 0].tolist() == [3, 5]


def test_without_variances_and_derivatives_there_are_none_afterwards() -> None:
    found = on_modeled_scale(Data(X, -X.exp()), PowerTransform())
    assert found.y_var is None
    assert found.gradients is None


@pytest.mark.parametrize("recipe", [PowerTransform(), Standardize()])
def test_a_reference_point_is_transformed_as_the_values_are(recipe: OutputTransform) -> None:
    y = torch.cat([-X.exp(), -(X - 1.0).square()], dim=1)
    found = on_modeled_scale(Data(X, y, reference=y[4]), recipe)
    assert found.reference is not None
    torch.testing.assert_close(found.reference, found.y[4])
