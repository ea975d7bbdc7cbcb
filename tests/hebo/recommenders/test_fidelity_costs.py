"""Tests of `hebo.recommenders.fidelity_costs`: costs as a function, candidate levels, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from hebo.acq_optimizers.evolution import NSGA2
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, IncompatibleError
from hebo.experiment.config.parts import build
from hebo.optimizers.hebo import HEBORecipe
from hebo.recommenders.fidelity_costs import N_CANDIDATES, LinearCost, fidelity_levels
from hebo.recommenders.fidelity_levels import N_IN_TURN, FidelityLevels

COSTS = LinearCost(fixed=1.0, per_unit=0.1)


def levels_of(costs: LinearCost = COSTS, **fidelity: Any) -> tuple[FidelityLevels, list[Any]]:
    """The levels of one fidelity, and their natural values."""
    definition = {"name": "s", "role": "fidelity", **fidelity}
    space = DesignSpace().parse([definition, {"name": "a", "type": "num", "lb": 0, "ub": 1}])
    found = fidelity_levels(space, costs)
    return found, space.parameters["s"].decode(found.levels.unsqueeze(1)).tolist()


@pytest.mark.parametrize(
    ("fidelity", "numbers"),
    [
        ({"type": "ordinal", "levels": [5, 20, 80]}, [5, 20, 80]),
        ({"type": "int", "lb": 2, "ub": 5}, [2, 3, 4, 5]),
        ({"type": "num", "lb": 0, "ub": 1, "step": 0.25}, [0.0, 0.25, 0.5, 0.75, 1.0]),
    ],
)
def test_a_function_costs_every_one_of_few_levels(fidelity: dict[str, Any], numbers: list[Any]) -> None:
    found, natural = levels_of(**fidelity)
    assert natural == numbers
    assert found.costs.tolist() == pytest.approx([1.0 + 0.1 * one for one in numbers])
    assert (found.target, len(found.in_turn)) == (len(numbers) - 1, N_IN_TURN)


def test_of_infinitely_many_levels_some_are_spread_evenly_over_the_scale_of_the_parameter() -> None:
    found, natural = levels_of(type="pow", lb=1, ub=128)
    assert len(natural) == N_CANDIDATES
    assert natural == pytest.approx([2.0**k for k in range(8)])
    assert found.costs.tolist() == pytest.approx([1.0 + 0.1 * one for one in natural])
    _, even = levels_of(type="num", lb=0, ub=7)
    assert even == pytest.approx(list(range(8)))


@pytest.mark.parametrize("target", [0.0, 3.3, 5.0, 10.0])
def test_the_target_is_among_the_candidates(target: float) -> None:
    found, natural = levels_of(type="num", lb=0, ub=10, target=target)
    assert natural[found.target] == target
    assert natural == sorted(set(natural))
    assert len(natural) == N_CANDIDATES


def test_candidates_of_many_integers_and_of_a_step_are_values_of_the_parameter() -> None:
    _, integers = levels_of(type="int", lb=1, ub=100)
    assert integers == [int(one) for one in integers]
    assert (integers[0], integers[-1], len(integers)) == (1, 100, N_CANDIDATES)
    _, stepped = levels_of(type="num", lb=0, ub=10, step=0.5)
    assert all(float(2 * one).is_integer() for one in stepped)


def test_space_filling_points_are_seen_at_three_of_many_levels() -> None:
    few, _ = levels_of(type="int", lb=1, ub=5)
    assert few.in_turn.tolist() == [4, 2, 0]
    found, _ = levels_of(type="num", lb=0, ub=1)
    numbers, places = found.shares(0, 5)
    assert len(found.in_turn) == N_IN_TURN
    assert places.tolist() == [7, 3, 0, 7, 3]
    assert numbers.tolist() == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("costs", "fidelity", "message"),
    [
        ({"per_unit": 1.0}, {"lb": 0, "ub": 1}, r"0 \+ 1 \* s are 0 at s = 0.0; choose `fixed`"),
        ({"fixed": 5.0, "per_unit": -1.0}, {"lb": 0, "ub": 8}, "are -3 at s = 8.0"),
        ({"fixed": -0.5, "per_unit": 1.0}, {"lb": 0.1, "ub": 1}, "are -0.4 at s = 0.1"),
        ({"fixed": 1.0, "per_unit": 1e308}, {"lb": 0, "ub": 100}, "are inf at s = 14.28"),
    ],
)
def test_an_evaluation_costs_more_than_nothing(
    costs: dict[str, float], fidelity: dict[str, float], message: str
) -> None:
    with pytest.raises(IncompatibleError, match=message):
        levels_of(LinearCost(**costs), type="num", **fidelity)


def test_levels_that_are_no_numbers_have_no_cost_per_unit() -> None:
    with pytest.raises(IncompatibleError, match=r"levels of 's' are \['low', 'high'\]; give one cost for"):
        levels_of(type="ordinal", levels=["low", "high"])


def test_a_space_without_a_fidelity_and_costs_of_too_many_levels_are_refused_with_the_remedy() -> None:
    space = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
    with pytest.raises(IncompatibleError, match=r"the space has 0 \(none\); leave out cost_aware"):
        fidelity_levels(space, COSTS)
    space = DesignSpace().parse([{"name": "s", "type": "num", "lb": 0, "ub": 1, "role": "fidelity"}])
    with pytest.raises(IncompatibleError, match="infinitely many levels; give"):
        fidelity_levels(space, (1.0, 2.0))


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        ({"fixd": 1.0, "per_unit": 1.0}, "fidelity_costs.fixd: unknown key. Did you mean 'fixed'"),
        ({"fixed": 1.0}, "fidelity_costs.per_unit: missing"),
        ({"per_unit": "much"}, "fidelity_costs.per_unit: expected a valid number"),
        ([1.0, 0.0], r"fidelity_costs\[1\]: expected greater than 0"),
        (3.0, "fidelity_costs: expected a valid tuple"),
    ],
)
def test_other_keys_and_values_are_refused_by_name(costs: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build("optimizer", {"type": "hebo", "fidelity_costs": costs})


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_coefficients_are_finite(value: float) -> None:
    for key in ("fixed", "per_unit"):
        with pytest.raises(ValidationError, match=key):
            LinearCost(**{"fixed": 1.0, "per_unit": 1.0, key: value})


def test_a_loop_chooses_among_candidates_of_a_continuous_fidelity() -> None:
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "num", "lb": 0, "ub": 1},
            {"name": "s", "type": "num", "lb": 0, "ub": 1, "role": "fidelity"},
        ]
    )
    search = NSGA2(population=40, n_generations=10)
    recipe = HEBORecipe(
        acq_optimizer=search, n_initial=6, fidelity_costs=LinearCost(fixed=0.05, per_unit=1.0)
    )
    optimizer = recipe.build(space, seed=0)
    for _ in range(9):
        points = optimizer.ask()
        optimizer.tell(points, (points["a"] - 0.3) ** 2 + 0.1 * (1.0 - points["s"]))
    asked = optimizer.history["s"]
    assert asked[:6].tolist() == pytest.approx([1.0, 3 / 7, 0.0] * 2)
    candidates = torch.linspace(0, 1, 8, dtype=torch.float64)
    assert all(float((candidates - one).abs().min()) < 1e-9 for one in asked)
    assert asked[6:].min() < 1.0  # the bias is the same everywhere, so that a cheap look tells all
    assert (optimizer.ask(fixed={"s": 1.0})["s"] == 1.0).all()
