"""Tests of `hebo.acquisitions.config`: bounds worked by hand, and what the loop makes of them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from hebo.acquisitions.confidence_bound import UCB, hebo_kappa
from hebo.acquisitions.config import CONFIG, OUTSIDE, lacking
from hebo.acquisitions.marginals import NormalMarginals
from hebo.base import FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator

DATA = Data(torch.zeros(6, 1).double(), torch.zeros(6, 1).double())
MANY = Data(torch.zeros(1_000_000, 1), torch.zeros(1_000_000, 1))
"""So many that the bounds are those of the normal distribution."""

SPACE = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}])
GRID = torch.linspace(0, 1, 11, dtype=torch.float64).reshape(-1, 1, 1)


def constant(value: float) -> Any:
    return lambda x: torch.full(x.shape[:-1], value, dtype=x.dtype)


def built(recipe: CONFIG, models: FittedModels, data: Data = DATA) -> Tensor:
    return recipe.build(models, data, SPACE, generator=make_generator(0))(GRID)[:, 0]


def test_the_value_is_the_bound_of_the_objective_where_all_constraints_may_hold(
    linear_model: Any, formula_model: Any
) -> None:
    slack = formula_model(lambda x: x.sum(-1) - 0.7, constant(0.1))
    other = formula_model(lambda x: 0.95 - x.sum(-1), constant(0.01))
    models = FittedModels((linear_model,), (slack, other))
    found = built(CONFIG(kappa=2.0, constraint_kappa=3.0, declaring_kappa=4.5, margin=0.0), models, MANY)
    x = GRID.flatten()
    near = (0.4 - x).clamp_min(0) + (x - 0.98).clamp_min(0)
    far = (0.25 - x).clamp_min(0) + (x - 0.995).clamp_min(0)
    expected = torch.where(near > 1e-9, -OUTSIDE - near, x + 1.0)
    expected = torch.where(far > 1e-9, -2 * OUTSIDE - far, expected)
    kept = (x - 0.4).abs() > 1e-9
    torch.testing.assert_close(found[kept], expected[kept], rtol=0, atol=1e-4)


def test_what_only_the_wide_bounds_call_feasible_comes_before_what_nothing_does(
    linear_model: Any, formula_model: Any
) -> None:
    sure = formula_model(lambda x: -0.5 - x.sum(-1), constant(0.01))
    doubtful = formula_model(lambda x: x.sum(-1) - 1.2, constant(0.1))
    for slack, first in ((sure, 0.0), (doubtful, 1.0)):
        found = built(
            CONFIG(constraint_kappa=1.0, declaring_kappa=3.0), FittedModels((linear_model,), (slack,))
        )
        assert GRID.flatten()[found.argmax()] == first
        assert found.max() < (-2 * OUTSIDE if slack is sure else -OUTSIDE)


def test_a_margin_asks_for_more_slack_and_the_declaration_does_not(
    linear_model: Any, formula_model: Any
) -> None:
    models = FittedModels((linear_model,), (formula_model(lambda x: x.sum(-1) - 0.7, constant(0.1)),))
    recipe = CONFIG(constraint_kappa=2.0, declaring_kappa=2.0, margin=0.15)
    assert (built(recipe, models) > -OUTSIDE).tolist() == [x > 0.6 for x in GRID.flatten().tolist()]
    bound = recipe.optimistic_slack(models, MANY)
    assert bound is not None
    torch.testing.assert_close(bound(GRID)[:, 0], GRID.flatten() - 0.5, rtol=0, atol=1e-4)


@pytest.mark.parametrize(("n", "quantile"), [(4, 12.706205), (6, 3.182446), (33, 2.042272)])
def test_few_observations_widen_the_bounds_of_the_declaration_as_student_s_quantiles_grow(
    n: int, quantile: float, formula_model: Any
) -> None:
    slack = formula_model(lambda x: x.sum(-1), constant(0.1))
    recipe = CONFIG(constraint_kappa=0.0, declaring_kappa=1.959964)
    bound = recipe.optimistic_slack(FittedModels((slack,), (slack,)), MANY.rows(torch.arange(n)))
    assert bound is not None
    torch.testing.assert_close(bound(GRID)[:, 0], GRID.flatten() + quantile * 0.1, rtol=1e-5, atol=1e-5)


def test_without_constraints_it_is_the_bound_alone(linear_model: Any) -> None:
    models = FittedModels((linear_model,))
    plain = UCB(kappa=2.0).build(models, DATA, SPACE, generator=make_generator(0))(GRID)[:, 0]
    torch.testing.assert_close(built(CONFIG(kappa=2.0), models), plain)


def test_none_takes_the_schedule_of_all_observations(linear_model: Any) -> None:
    width = hebo_kappa(6, 1, 1)
    models = FittedModels((linear_model,), (linear_model,))
    scheduled = built(CONFIG(kappa=None, constraint_kappa=None, declaring_kappa=None), models)
    given = CONFIG(kappa=width, constraint_kappa=width, declaring_kappa=width)
    torch.testing.assert_close(scheduled, built(given, models))


def test_what_is_lacking_is_summed_over_constraints() -> None:
    slacks = [NormalMarginals(torch.tensor([-1.0, 0.5]), torch.tensor([0.2, 0.1])) for _ in range(2)]
    torch.testing.assert_close(lacking(slacks, 2.0), torch.tensor([1.2, 0.0]))
    torch.testing.assert_close(lacking(slacks, 2.0, 1.0), torch.tensor([3.2, 0.6]))


def test_a_problem_is_not_declared_infeasible_by_narrower_bounds() -> None:
    with pytest.raises(ValidationError, match="declaring_kappa=1 is below constraint_kappa=2"):
        CONFIG(constraint_kappa=2.0, declaring_kappa=1.0)


@pytest.mark.parametrize("wrong", [{"kappa": -1.0}, {"constraint_kappa": float("nan")}, {"margin": -0.1}])
def test_negative_or_undefined_widths_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        CONFIG(**wrong)
