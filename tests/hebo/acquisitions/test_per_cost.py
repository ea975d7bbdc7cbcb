"""Acquisitions per unit of cost: what is subtracted, when nothing is, and what a run then spends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from pandas import DataFrame
from pydantic import ValidationError
from torch import Tensor
from torch.testing import assert_close

from hebo.acquisitions.evaluation_costs import LogCosts, fit_log_costs
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.mace import MACE
from hebo.acquisitions.per_cost import PerCost
from hebo.base import Acquisition, FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.experiment.config.parts import build
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import HEBORecipe, bayes_opt
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP
from mcbo.acquisitions.additive import AdditiveUCB

SPACE = DesignSpace().parse([{"name": "a", "type": "num", "lb": -1, "ub": 1}])
POINTS = SPACE.sample(20, generator=make_generator(0)).unsqueeze(-2)


class Doubled:
    """Log costs of twice the sum of the coordinates."""

    def log_cost(self, x: Tensor) -> Tensor:
        return 2.0 * x.sum((-1, -2))


@pytest.mark.parametrize("of", [LogEI(), MACE()], ids=repr)
@pytest.mark.parametrize("power", [1.0, 0.3])
def test_the_log_cost_is_subtracted_in_proportion_to_the_power(
    of: Acquisition, power: float, linear_model: Any
) -> None:
    data = Data(POINTS[:4, 0], POINTS[:4, 0])
    models = FittedModels((linear_model,), costs=Doubled())
    per_cost = PerCost(of=of, power=power)
    values, plain = (
        one.build(models, data, SPACE, generator=make_generator(1))(POINTS) for one in (per_cost, of)
    )
    assert_close(plain - values, (power * 2.0 * POINTS[:, 0]).expand_as(plain))


def test_without_a_model_of_costs_it_is_the_other_acquisition(linear_model: Any) -> None:
    data, models = Data(POINTS[:4, 0], POINTS[:4, 0]), FittedModels((linear_model,))
    values, plain = (
        one.build(models, data, SPACE, generator=make_generator(1))(POINTS)
        for one in (PerCost(of=LogEI()), LogEI())
    )
    assert torch.equal(values, plain)


def costed(costs: list[float] | None) -> Data:
    """As many points as costs, one of which failed, with a constraint that failed everywhere."""
    x = POINTS[: len(costs or [0]), 0]
    y = x.clone()
    y[0] = float("nan")
    known = None if costs is None else torch.tensor(costs, dtype=torch.float64)
    return Data(x, y, constraints=torch.full_like(y, float("nan")), costs=known)


def test_the_model_sees_standardized_logarithms_of_the_costs_that_are_known() -> None:
    seen: list[Data] = []

    def fit(data: Data) -> Any:
        seen.append(data.train())
        return None

    found = fit_log_costs(costed([1.0, float("nan"), 10.0, 100.0]), fit)
    assert found is not None
    assert_close(seen[0].y[:, 0], torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64))
    assert_close(torch.tensor([found.center, found.spread]), torch.full((2,), np.log(10.0)))
    assert_close(seen[0].x, POINTS[[0, 2, 3], 0])


@pytest.mark.parametrize("costs", [None, [1.0, 2.0], [1.0, float("nan"), 2.0], [3.0, 3.0, 3.0, 3.0]])
def test_few_costs_and_equal_costs_are_not_modeled(costs: list[float] | None) -> None:
    def fit(data: Data) -> Any:
        raise AssertionError("nothing to fit")

    assert fit_log_costs(costed(costs), fit) is None


def test_predictions_are_logarithms_of_costs_in_their_own_unit() -> None:
    x = SPACE.sample(12, generator=make_generator(2))
    data = Data(x, x, costs=torch.exp(3.0 + 2.0 * x[:, 0]))
    found = fit_log_costs(data, lambda one: WarpedGP().fit(one, SPACE, generator=make_generator(0)))
    assert isinstance(found, LogCosts)
    assert_close(found.log_cost(x.unsqueeze(-2)), 3.0 + 2.0 * x[:, 0], rtol=0.0, atol=0.2)


def valley(points: DataFrame) -> np.ndarray[Any, Any]:
    """Two equal minima, at -0.5 and 0.5."""
    values: np.ndarray[Any, Any] = (points["a"].abs() - 0.5).to_numpy() ** 2
    return values


def price(points: DataFrame) -> np.ndarray[Any, Any]:
    """About 1 on the left and 10 on the right."""
    values: np.ndarray[Any, Any] = np.exp(np.log(10.0) / (1.0 + np.exp(-8.0 * points["a"].to_numpy())))
    return values


def loop(acquisition: Acquisition, seed: int) -> Optimizer:
    recipe = bayes_opt(
        surrogate=WarpedGP(),
        acquisition=acquisition,
        acq_optimizer=build("acq_optimizer", {"type": "random", "n_points": 512}),
        output_transform=build("output_transform", {"type": "standardize"}),
        n_initial=4,
    )
    return recipe.build(SPACE, seed=seed)


def spent(acquisition: Acquisition, seed: int) -> tuple[float, float]:
    """What twelve evaluations cost after the first four, and the best value."""
    optimizer, costs = loop(acquisition, seed), []
    for _ in range(14):
        points = optimizer.ask()
        optimizer.tell(points, valley(points), cost=price(points))
        costs.append(float(price(points)[0]))
    return sum(costs[4:]), float(optimizer.best_y)


@pytest.mark.slow
def test_of_two_equal_optima_the_cheap_one_is_searched() -> None:
    plain, per_cost = ([spent(one, seed) for seed in range(3)] for one in (LogEI(), PerCost(of=LogEI())))
    assert sum(cost for cost, _ in per_cost) < 0.6 * sum(cost for cost, _ in plain)
    assert max(best for _, best in per_cost) < 1e-2


def test_costs_that_were_not_told_change_no_point() -> None:
    optimizers = [loop(one, 0) for one in (LogEI(), PerCost(of=LogEI()))]
    for _ in range(5):
        asked = [one.ask() for one in optimizers]
        assert asked[0].equals(asked[1])
        for one, points in zip(optimizers, asked, strict=True):
            one.tell(points, valley(points))


def test_a_saved_run_goes_on_with_the_same_points() -> None:
    first = loop(PerCost(of=LogEI()), 3)
    for _ in range(6):
        points = first.ask()
        first.tell(points, valley(points), cost=price(points))
    second = loop(PerCost(of=LogEI()), 4)
    second.load_state_dict(first.state_dict())
    assert first.ask().equals(second.ask())


def test_what_bears_no_weight_and_no_power_are_refused() -> None:
    with pytest.raises(IncompatibleError, match="AdditiveUCB has values that a cost cannot be subtracted"):
        PerCost(of=AdditiveUCB())
    with pytest.raises(IncompatibleError, match="CONFIG handles constraints by itself"):
        PerCost(of=build("acquisition", {"type": "config"}))
    for power in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValidationError, match="power"):
            PerCost(of=LogEI(), power=power)


def test_it_takes_the_place_of_any_acquisition_also_within_a_belief() -> None:
    mapping = {"type": "per_cost", "of": {"type": "mace"}, "power": 0.5}
    assert HEBORecipe(acquisition=build("acquisition", mapping)).max_objectives == 1
    assert PerCost(of=build("acquisition", {"type": "log_ehvi"})).max_outputs > 2
    belief = {"type": "prior_guided", "of": mapping, "prior": {"a": {"weights": [1, 2]}}}
    guided = build("acquisition", belief)
    assert isinstance(guided, Acquisition)
    assert (guided.n_values, guided.needs_costs) == (3, True)
