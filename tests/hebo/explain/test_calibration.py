"""Tests of `hebo.explain.calibration`."""

from __future__ import annotations

import pytest
import torch

from hebo.explain.calibration import MANY, MAX_WIDTH, MIN_WIDTH, N_FOLDS, N_FOLDS_OF_MANY, folds, width_of


def normal(n: int, sd: float) -> torch.Tensor:
    shares = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    return sd * torch.special.ndtri(shares)


@pytest.mark.parametrize("sd", [0.5, 1.0, 2.0])
def test_deviations_that_are_wrong_by_a_factor_are_multiplied_by_it(sd: float) -> None:
    assert width_of(normal(500, sd)) == pytest.approx(sd, rel=0.1)


def test_few_errors_say_less() -> None:
    assert 1.0 < width_of(normal(10, 2.0)) < width_of(normal(100, 2.0)) < 2.2


def test_one_error_that_is_far_out_hardly_counts() -> None:
    errors = normal(100, 1.0)
    errors[0] = -1000.0
    assert width_of(errors) == pytest.approx(width_of(normal(100, 1.0)), rel=0.15)


def test_widths_have_limits() -> None:
    assert width_of(normal(1000, 100.0)) == MAX_WIDTH
    assert width_of(normal(1000, 0.001)) == MIN_WIDTH
    assert width_of(torch.zeros(50, dtype=torch.float64)) == MIN_WIDTH


@pytest.mark.parametrize(("n", "expected"), [(30, N_FOLDS), (4, 4), (MANY + 50, N_FOLDS_OF_MANY)])
def test_folds_have_about_as_many_points_each(n: int, expected: int) -> None:
    found = folds(torch.arange(float(n)).unsqueeze(1), torch.Generator().manual_seed(0))
    counts = torch.bincount(found)
    assert len(counts) == expected
    assert int(counts.max() - counts.min()) <= 1


def test_equal_points_are_left_out_together() -> None:
    x = torch.arange(12.0).repeat(3).unsqueeze(1)
    found = folds(x, torch.Generator().manual_seed(0))
    assert bool((found[:12] == found[12:24]).all() and (found[:12] == found[24:]).all())
