"""Tests of `hebo.acquisitions.posterior_mean` on models whose predictions are written down."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from hebo.acquisitions.marginals import NormalMarginals
from hebo.acquisitions.posterior_mean import (
    FAILURE_COST,
    QUANTILE,
    SHORTFALL_COST,
    AdditiveMean,
    feasibility,
    posterior_mean,
    reliable_mean,
)
from hebo.base import FittedModels

X = torch.tensor([[-3.0], [-0.5], [0.0], [0.5], [3.0]], dtype=torch.float64)


class Line:
    """A model that predicts `slope x` with deviation 1."""

    num_outputs = 1

    def __init__(self, slope: float) -> None:
        self.slope = slope

    def own_marginals(self, x: Tensor) -> NormalMarginals:
        return NormalMarginals(self.slope * x[:, 0], torch.ones(len(x), dtype=torch.float64))


class Sum:
    """A model of the sum of `(j + 1) x_j` over three columns, the last two in one component."""

    cliques = ((0,), (1, 2))

    def component(self, index: int, points: Tensor) -> tuple[Tensor, Tensor]:
        weights = torch.tensor([[1.0], [2.0, 3.0]][index], dtype=torch.float64)
        return points @ weights, torch.ones(len(points), dtype=torch.float64)


class Surely:
    """A model of success with one log probability everywhere."""

    def __init__(self, log_probability: float) -> None:
        self._log = log_probability

    def log_probability(self, x: Tensor) -> Tensor:
        return torch.full((len(x),), self._log, dtype=torch.float64)


def models(*constraints: Any, success: Any = None) -> FittedModels:
    objective: Any = Line(-1.0)
    return FittedModels((objective,), constraints, success)


def test_without_constraints_and_failures_it_is_the_mean() -> None:
    torch.testing.assert_close(reliable_mean(models())(X.unsqueeze(1)), -X)
    assert feasibility(models(), X.unsqueeze(1)).tolist() == [1.0] * 5


def test_where_a_constraint_is_likely_to_hold_nothing_is_taken_off() -> None:
    values = reliable_mean(models(Line(1.0)))(X.unsqueeze(1))[:, 0]
    assert values[-1] == -3.0  # P[slack > 0] = 0.9987
    assert (values[:-1] < -X[:-1, 0]).all()


@pytest.mark.parametrize("x", [0.0, 1.0, -2.0, -1000.0])
def test_a_doubtful_constraint_costs_what_its_slack_lacks(x: float) -> None:
    value = reliable_mean(models(Line(1.0)))(torch.full((1, 1, 1), x, dtype=torch.float64))
    assert float(value) == pytest.approx(-x - SHORTFALL_COST * (QUANTILE - x))


def test_each_doubtful_constraint_counts_and_probabilities_multiply() -> None:
    both = models(Line(1.0), Line(-1.0))
    origin = torch.zeros(1, 1, 1, dtype=torch.float64)
    one = reliable_mean(models(Line(1.0)))(origin)
    torch.testing.assert_close(reliable_mean(both)(origin), 2 * one)
    assert float(feasibility(both, origin)) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("probability", "cost"), [(0.9, 0.0), (0.5, 0.0), (0.25, FAILURE_COST * math.log(2))]
)
def test_success_counts_where_failure_is_likelier(probability: float, cost: float) -> None:
    values = reliable_mean(models(success=Surely(math.log(probability))))(X.unsqueeze(1))
    torch.testing.assert_close(values, -X - cost)


def test_the_mean_of_an_additive_model_is_the_sum_of_its_components() -> None:
    model: Any = Sum()
    acq = posterior_mean(model)
    assert isinstance(acq, AdditiveMean)
    x = torch.tensor([[[1.0, 1.0, 1.0]], [[0.0, 2.0, -1.0]]], dtype=torch.float64)
    assert acq(x).tolist() == [[6.0], [1.0]]
    assert acq.components(1, x[:, 0, 1:]).tolist() == [5.0, 1.0]
