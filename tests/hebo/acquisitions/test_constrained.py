"""Tests of `hebo.acquisitions.constrained` against numbers worked by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from acquisition import under
from torch import Tensor

from hebo.acquisitions.constrained import (
    indifferent,
    log_feasibility,
    slack_data,
    slacks,
    times_feasibility,
    toward_feasible,
)
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.mace import MACE
from hebo.data import Data
from hebo.random import make_generator

NAN = math.nan
GRID = torch.linspace(0, 1, 5, dtype=torch.float64).reshape(-1, 1, 1)


def data(constraints: list[list[float]], y: list[float] | None = None) -> Data:
    table = torch.tensor(constraints, dtype=torch.float64)
    n = len(table)
    x = torch.arange(n, dtype=torch.float64).unsqueeze(1)
    values = torch.zeros(n) if y is None else torch.tensor(y)
    return Data(x, values.double().unsqueeze(1), constraints=table)


def normal(log_cdf_of: float) -> float:
    return math.log(0.5 * math.erfc(-log_cdf_of / math.sqrt(2)))


def test_slacks_are_in_standard_deviations_and_keep_zero_as_the_boundary() -> None:
    found = slacks(data([[1.0, -200.0], [3.0, 0.0], [-1.0, 200.0], [1.0, NAN]]))
    assert found[:, 0].tolist() == pytest.approx([-1 / 2**0.5, -3 / 2**0.5, 1 / 2**0.5, -1 / 2**0.5])
    assert found[:3, 1].tolist() == pytest.approx([1.5**0.5, 0.0, -(1.5**0.5)])
    assert torch.isnan(found[3, 1])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([4.0, 4.0], [-1.0, -1.0]),
        ([0.0, 0.0], [0.0, 0.0]),
        ([NAN, -3.0], [NAN, 1.0]),
        ([NAN, NAN], [NAN, NAN]),
        ([1e300, -1e300], [-1.0, 1.0]),
        ([1e-300, -1e-300], [-1.0, 1.0]),
    ],
)
def test_a_constraint_of_any_size_or_without_spread_has_finite_slack(
    values: list[float], expected: list[float]
) -> None:
    found = slacks(data([[value] for value in values]))
    assert found.flatten().tolist() == pytest.approx(expected, nan_ok=True)


def test_a_failed_objective_still_tells_about_its_constraints() -> None:
    first, second = slack_data(data([[1.0, -1.0], [-1.0, NAN]], y=[NAN, 2.0]))
    assert first.failed.tolist() == [False, False]
    assert second.failed.tolist() == [False, True]
    assert first.constraints.shape == (2, 0)


def test_with_a_feasible_point_the_objective_is_improved() -> None:
    known = data([[1.0], [0.0]])
    assert toward_feasible(known) is known
    free = Data(known.x, known.y)
    assert toward_feasible(free) is free


def test_without_one_the_sum_of_scaled_violations_is() -> None:
    known = toward_feasible(data([[2.0, -5.0], [6.0, -5.0], [-2.0, 5.0], [NAN, -5.0]], y=[9.0] * 4))
    first, second = math.sqrt(32 / 3), math.sqrt(75 / 4)
    expected = [-2 / first, -6 / first, -5 / second, NAN]
    assert known.y.flatten().tolist() == pytest.approx(expected, nan_ok=True)
    assert known.best.tolist() == [0.0]


def test_log_ei_is_weighted_by_the_product_of_probabilities(linear_model: Any, formula_model: Any) -> None:
    def half(x: Tensor) -> Tensor:
        return torch.full(x.shape[:-1], 0.5, dtype=x.dtype)

    limits = [formula_model(lambda x: 1 - 2 * x.sum(-1), half), formula_model(lambda x: x.sum(-1) - 3, half)]
    acq = under(LogEI(), linear_model, data([[0.0], [0.0]]), generator=make_generator(0))
    found = times_feasibility(acq, limits)(GRID)
    weight = [normal((1 - 2 * x) / 0.5) + normal((x - 3) / 0.5) for x in GRID.flatten().tolist()]
    expected = acq(GRID) + torch.tensor(weight, dtype=torch.float64).unsqueeze(-1)
    torch.testing.assert_close(found, expected)


def test_every_value_of_mace_is_weighted(linear_model: Any) -> None:
    acq = under(MACE(), linear_model, data([[0.0], [0.0]]), generator=make_generator(0))
    weight = times_feasibility(acq, [linear_model])(GRID) - acq(GRID)
    assert weight.shape == (5, 3)
    torch.testing.assert_close(weight, log_feasibility([linear_model], GRID).unsqueeze(-1).expand(-1, 3))


def test_without_preference_the_weight_is_all(linear_model: Any) -> None:
    found = times_feasibility(indifferent(3), [linear_model])(GRID)
    torch.testing.assert_close(found, log_feasibility([linear_model], GRID).unsqueeze(-1).expand(-1, 3))


def test_hopeless_points_have_finite_values_with_a_slope(formula_model: Any) -> None:
    model = formula_model(lambda x: -1e4 * x.sum(-1), lambda x: torch.ones_like(x[..., 0]))
    x = torch.tensor([[[1.0]], [[2.0]]], dtype=torch.float64, requires_grad=True)
    value = log_feasibility([model], x)
    value.sum().backward()
    assert torch.isfinite(value).all()
    assert x.grad is not None
    assert (x.grad < 0).all()
