"""Tests of `hebo.acquisitions.config`: bounds worked by hand, and what the loop makes of them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from hebo.acquisitions.confidence_bound import UCB, hebo_kappa
from hebo.acquisitions.config import CONFIG, OUTSIDE, upper_slacks
from hebo.base import FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator

DATA = Data(torch.zeros(6, 1).double(), torch.zeros(6, 1).double())
SPACE = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}])
GRID = torch.linspace(0, 1, 11, dtype=torch.float64).reshape(-1, 1, 1)


def constant(value: float) -> Any:
    return lambda x: torch.full(x.shape[:-1], value, dtype=x.dtype)


def built(recipe: CONFIG, models: FittedModels) -> Tensor:
    return recipe.build(models, DATA, SPACE, generator=make_generator(0))(GRID)[:, 0]


def test_the_value_is_the_bound_of_the_objective_where_all_constraints_may_hold(
    linear_model: Any, formula_model: Any
) -> None:
    slack = formula_model(lambda x: x.sum(-1) - 0.7, constant(0.1))
    other = formula_model(lambda x: 0.95 - x.sum(-1), constant(0.01))
    models = FittedModels((linear_model,), (slack, other))
    found = built(CONFIG(kappa=2.0, constraint_kappa=3.0, margin=0.0), models)
    x = GRID.flatten()
    lacking = (0.4 - x).clamp_min(0) + (x - 0.98).clamp_min(0)
    expected = torch.where(lacking > 1e-9, -OUTSIDE - lacking, x + 1.0)
    torch.testing.assert_close(found[x != 0.4], expected[x != 0.4])


def test_a_margin_asks_for_more_slack_and_the_declaration_does_not(
    linear_model: Any, formula_model: Any
) -> None:
    models = FittedModels((linear_model,), (formula_model(lambda x: x.sum(-1) - 0.7, constant(0.1)),))
    recipe = CONFIG(constraint_kappa=2.0, margin=0.15)
    assert (built(recipe, models) > -OUTSIDE).tolist() == [x > 0.6 for x in GRID.flatten().tolist()]
    bound = recipe.optimistic_slack(models, DATA)
    assert bound is not None
    torch.testing.assert_close(bound(GRID)[:, 0], GRID.flatten() - 0.5)


def test_without_constraints_it_is_the_bound_alone(linear_model: Any) -> None:
    models = FittedModels((linear_model,))
    plain = UCB(kappa=2.0).build(models, DATA, SPACE, generator=make_generator(0))(GRID)[:, 0]
    torch.testing.assert_close(built(CONFIG(kappa=2.0), models), plain)


def test_none_takes_the_schedule_of_all_observations(linear_model: Any) -> None:
    width = hebo_kappa(6, 1, 1)
    models = FittedModels((linear_model,), (linear_model,))
    scheduled = built(CONFIG(kappa=None, constraint_kappa=None), models)
    torch.testing.assert_close(scheduled, built(CONFIG(kappa=width, constraint_kappa=width), models))


def test_slacks_are_bounded_one_by_one(linear_model: Any, formula_model: Any) -> None:
    other = formula_model(lambda x: -x.sum(-1), constant(1.0))
    found = upper_slacks([linear_model, other], GRID, 2.0)
    torch.testing.assert_close(found, torch.stack([GRID.flatten() + 1.0, 2.0 - GRID.flatten()], -1))


@pytest.mark.parametrize("wrong", [{"kappa": -1.0}, {"constraint_kappa": float("nan")}, {"margin": -0.1}])
def test_negative_or_undefined_widths_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        CONFIG(**wrong)
