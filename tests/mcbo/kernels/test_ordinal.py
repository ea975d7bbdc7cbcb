"""Tests of `mcbo.kernels.ordinal`."""

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
    log_prior,
    points,
    scattered,
)

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.numeric_matern import MaternKernel, unit_cube_prior
from hebo.random import make_generator
from mcbo.kernels.ordinal import Ordinal


def build(*, ard: bool = True) -> MaternKernel:
    kernel = Ordinal(ard=ard).build(MIXED, ORDERED, generator=make_generator(0))
    assert isinstance(kernel, MaternKernel)
    return kernel


@pytest.mark.parametrize("ard", [True, False])
def test_it_is_a_correlation(ard: bool) -> None:
    assert_correlation(scattered(build(ard=ard)), MIXED)


def test_it_is_the_matern_correlation_of_level_positions() -> None:
    kernel = scattered(build())
    length = kernel.lengthscale[0].tolist()
    # Depths 3 to 9, widths 1 to 8 (encoded as logarithms), grades 0 to 2; 3, 2, low against 6, 8, mid.
    first, second = MIXED.bounds.clone()
    first[ORDERED], second[ORDERED] = torch.tensor([[3.0, 1.0, 0.0], [6.0, 3.0, 1.0]], dtype=torch.float64)
    r = math.hypot((3 / 6) / length[0], (6 / 7) / length[1], (1 / 2) / length[2])
    s = math.sqrt(5.0) * r
    expected = (1 + s + s**2 / 3) * math.exp(-s)
    assert gram(kernel, first[None], second[None])[0, 0] == pytest.approx(expected)


def test_neighbouring_levels_are_equally_far_apart_on_any_scale() -> None:
    space = DesignSpace().parse([{"name": "w", "type": "int", "lb": 1, "ub": 20, "log": True}])
    kernel = Ordinal().build(space, [0], generator=make_generator(0))
    kernel.lengthscale = 0.1
    levels = torch.arange(1.0, 21.0, dtype=torch.float64).log().unsqueeze(1)
    neighbours = gram(kernel, levels).diagonal(offset=1)
    torch.testing.assert_close(neighbours, neighbours[:1].expand(19))


def test_without_ard_the_columns_share_one_lengthscale() -> None:
    assert build(ard=False).lengthscale.shape == (1, 1)


def test_ends_far_apart_can_be_all_but_uncorrelated() -> None:
    kernel = build()
    kernel.lengthscale = 0.3
    assert gram(kernel, MIXED.bounds)[0, 1] < 0.05


def test_derivatives_are_those_of_finite_differences() -> None:
    assert_gradients(scattered(build()), points(MIXED, 5, seed=1), points(MIXED, 4, seed=2))


def test_each_lengthscale_has_the_prior_of_the_unit_cube() -> None:
    kernel = build()
    kernel.lengthscale = 0.7
    one = float(unit_cube_prior(3).log_prob(torch.tensor(0.7, dtype=torch.float64)))
    assert log_prior(kernel) == pytest.approx(3 * one)


@pytest.mark.parametrize(("columns", "sort"), [(NOMINAL, "nominal"), (CONTINUOUS, "continuous")])
def test_columns_of_another_sort_are_refused(columns: list[int], sort: str) -> None:
    with pytest.raises(IncompatibleError, match=f"Ordinal has no correlation for the {sort} parameter"):
        Ordinal().build(MIXED, columns, generator=make_generator(0))
