"""Tests of `mcbo.kernels.main_effects`."""

from __future__ import annotations

import math

import pytest
import torch
from kernel_checks import (
    CONTINUOUS,
    MIXED,
    NOMINAL,
    ORDERED,
    assert_correlation,
    assert_gradients,
    gram,
    points,
    scattered,
)

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.mixture import FeatureMixtureKernel
from hebo.kernels.numeric_matern import MaternKernel
from hebo.random import make_generator
from mcbo.kernels.main_effects import MainEffects

COLUMNS = CONTINUOUS + ORDERED
NUMERIC = DesignSpace().parse(
    [{"name": name, "type": "num", "lb": -1.0, "ub": upper} for name, upper in (("a", 1.0), ("b", 9.0))]
)


def build(
    space: DesignSpace = NUMERIC, columns: tuple[int, ...] = (0, 1), **keys: object
) -> FeatureMixtureKernel:
    kernel = MainEffects.model_validate(keys).build(space, columns, generator=make_generator(0))
    assert isinstance(kernel, FeatureMixtureKernel)
    return kernel


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
@pytest.mark.parametrize("ard", [True, False])
def test_it_is_a_correlation(smoothness: float, ard: bool) -> None:
    kernel = build(MIXED, tuple(COLUMNS), smoothness=smoothness, ard=ard)
    assert_correlation(scattered(kernel), MIXED)


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
def test_derivatives_are_those_of_finite_differences(smoothness: float) -> None:
    kernel = scattered(build(smoothness=smoothness))
    assert_gradients(kernel, points(NUMERIC, 5), points(NUMERIC, 4, seed=1), by_x=True)


def test_its_values_are_those_worked_by_hand() -> None:
    kernel = build(smoothness=1.5)
    kernel.first.lengthscale, kernel.second.lengthscale = torch.tensor([[0.5, 2.0]]), 1.0
    kernel.share, kernel.interaction = 0.25, 0.4

    def matern(r: float) -> float:
        return (1 + math.sqrt(3.0) * r) * math.exp(-math.sqrt(3.0) * r)

    x = torch.tensor([[-1.0, -1.0], [0.0, 9.0]], dtype=torch.float64)  # (0, 0), (1/2, 1) in the unit square
    alone, together = (matern(0.5 / 0.5) + matern(1.0 / 2.0)) / 2, matern(math.hypot(0.5, 1.0))
    expected = 0.6 * (0.25 * alone + 0.75 * together) + 0.4 * alone * together
    assert gram(kernel, x)[0, 1] == pytest.approx(expected)


def test_what_one_column_does_is_remembered_at_any_distance_in_the_other() -> None:
    kernel = build()
    kernel.first.lengthscale = kernel.second.lengthscale = 0.05
    kernel.interaction, kernel.share = 1e-6, 0.5
    x = torch.tensor([[-1.0, 3.0], [1.0, 3.0], [1.0, 9.0]], dtype=torch.float64)
    assert gram(kernel, x)[0].tolist() == pytest.approx([1.0, 0.25, 0.0], abs=1e-4)


def test_lengthscales_of_both_parts_are_learned_apart_one_for_each_column() -> None:
    kernel = build()
    assert kernel.first.lengthscale.shape == kernel.second.lengthscale.shape == (1, 2)
    assert build(ard=False).first.lengthscale.shape == (1, 1)
    kernel.first.lengthscale = 0.7
    assert not torch.isclose(kernel.second.lengthscale, torch.tensor(0.7, dtype=torch.float64)).any()


def test_a_single_column_has_the_plain_matern() -> None:
    assert type(MainEffects().build(NUMERIC, [1], generator=make_generator(0))) is MaternKernel


def test_columns_without_an_order_are_refused() -> None:
    with pytest.raises(IncompatibleError, match="MainEffects has no correlation for the nominal"):
        MainEffects().build(MIXED, NOMINAL, generator=make_generator(0))
