"""Tests of `hebo.optimizer.recommending`: the point that a model thinks best, and what it says of it."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hebo.acq_optimizers.evolution import NSGA2
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import DataError
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.hebo import HEBORecipe
from hebo.recommenders.random import RandomSearch
from hebo.recommenders.strict import Strict
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.transforms.power import Standardize

NUMBERS = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "xz"]
PLAIN = DesignSpace().parse(NUMBERS)
MACHINES = DesignSpace().parse(
    [*NUMBERS, {"name": "machine", "type": "cat", "categories": ["A", "B", "C"], "role": "context"}]
)
TEMPERATURES = DesignSpace().parse(
    [*NUMBERS, {"name": "temp", "type": "num", "lb": 0, "ub": 1, "role": "context"}]
)
LEVELS = DesignSpace().parse(
    [*NUMBERS, {"name": "level", "type": "int", "lb": 1, "ub": 3, "role": "fidelity", "target": 3}]
)
QUICK = HEBORecipe(acq_optimizer=NSGA2(population=40, n_generations=6))


def grid(**fixed: Any) -> pd.DataFrame:
    """A grid of 25 points, with a value for each other column."""
    ends = np.linspace(0, 1, 5)
    table = pd.DataFrame([{"x": x, "z": z} for x in ends for z in ends])
    return table.assign(**fixed)


def bowl(points: pd.DataFrame, x: Any = 0.4, z: Any = 0.6) -> pd.Series[float]:
    return 1 + (points["x"] - x) ** 2 + (points["z"] - z) ** 2


def told(space: DesignSpace = PLAIN, recipe: Any = QUICK, **fixed: Any) -> Optimizer:
    optimizer: Optimizer = recipe.build(space, seed=0)
    points = grid(**fixed)
    optimizer.tell(points, bowl(points))
    return optimizer


@pytest.mark.parametrize("recipe", [QUICK, Strict(of=QUICK)], ids=["hebo", "strict"])
def test_between_the_points_of_a_grid_the_minimum_is_found(recipe: Any) -> None:
    found = told(recipe=recipe).recommendation()
    assert found.point.shape == (1, 2)
    assert found.point["x"].item() == pytest.approx(0.4, abs=0.03)
    assert found.point["z"].item() == pytest.approx(0.6, abs=0.03)
    assert found.mean == pytest.approx(1.0, abs=0.02)
    assert found.measured is None


def test_the_prediction_is_in_the_units_that_were_told() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    optimizer.tell(points := grid(), 1000 * bowl(points))
    found = optimizer.recommendation()
    assert found.low is not None
    assert found.mean is not None
    assert found.high is not None
    assert found.low < found.mean < found.high
    assert found.mean == pytest.approx(1000, abs=20)
    assert found.feasibility == 1.0


def test_of_noisy_values_it_is_better_than_the_luckiest_point() -> None:
    rng = np.random.default_rng(0)
    lucky, recommended = [], []
    for seed in range(5):
        optimizer = HEBORecipe(acq_optimizer=NSGA2(population=40), output_transform=Standardize()).build(
            PLAIN, seed=seed
        )
        points = grid()
        optimizer.tell(points, bowl(points) + 0.3 * rng.standard_normal(25))
        lucky.append(bowl(optimizer.best_x).item())
        recommended.append(bowl(optimizer.recommend()).item())
    assert np.mean(recommended) < np.mean(lucky)


def test_asks_are_the_same_with_and_without_a_recommendation() -> None:
    asked = []
    for looks in (False, True):
        optimizer = told()
        optimizer.ask(2)
        if looks:
            state = optimizer.state_dict()
            optimizer.recommend()
            assert optimizer.state_dict() == state
        asked.append(optimizer.ask(2))
    pd.testing.assert_frame_equal(*asked)


def test_it_is_repeatable_and_does_not_depend_on_pending_points() -> None:
    optimizer = told()
    first = optimizer.recommendation()
    pd.testing.assert_frame_equal(optimizer.recommend(), first.point)
    state = optimizer.state_dict()
    points = PLAIN.encode(pd.DataFrame({"x": [0.4, 0.41], "z": [0.6, 0.6]})).tolist()
    optimizer.load_state_dict({**state, "pending": points})
    second = optimizer.recommendation()
    pd.testing.assert_frame_equal(second.point, first.point)
    assert second.low == first.low  # a pending point makes nothing surer


def test_a_context_that_was_never_told_gets_the_best_point_of_the_model() -> None:
    optimizer = QUICK.build(TEMPERATURES, seed=0)
    for temp in (0.0, 0.25, 0.75, 1.0):
        points = grid(temp=temp)
        optimizer.tell(points, bowl(points, x=temp))
    found = optimizer.recommend({"temp": 0.5})
    assert found["temp"].item() == 0.5
    assert found["x"].item() == pytest.approx(0.5, abs=0.1)


def test_without_a_context_it_is_the_one_told_last() -> None:
    optimizer = told(MACHINES, machine="A")
    optimizer.tell(points := grid(machine="B"), bowl(points, x=0.8))
    assert optimizer.recommend()["machine"].item() == "B"
    for machine, x in (("A", 0.4), ("B", 0.8)):
        found = optimizer.recommend({"machine": machine})
        assert found["machine"].item() == machine
        assert found["x"].item() == pytest.approx(x, abs=0.1)


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({}, "context parameter 'machine' has no value; pass {'machine': ...} as well"),
        ({"machin": "A"}, "'machin' is not a context parameter. Did you mean 'machine'"),
        ({"machine": "A", "x": 0.5}, "'x' is not a context parameter"),
        ({"machine": "D"}, "'D' is not one of the known values"),
        ({"machine": math.nan}, "nan is not one of the known values"),
        ({"machine": None}, "'machine'"),
    ],
)
@pytest.mark.parametrize("recipe", [QUICK, RandomSearch()], ids=["model", "random"])
def test_a_context_that_cannot_be_is_named(recipe: Any, context: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        told(MACHINES, recipe, machine="A").recommend(context)


def test_a_space_without_contexts_says_so() -> None:
    with pytest.raises(DataError, match=r"'machine' is not a context parameter\. The space has none"):
        told().recommend({"machine": "A"})


@pytest.mark.parametrize("costs", [None, (1.0, 2.0, 4.0)])
def test_the_target_of_a_fidelity_is_recommended(costs: Any) -> None:
    recipe = HEBORecipe(acq_optimizer=NSGA2(population=40, n_generations=6), fidelity_costs=costs)
    optimizer = told(LEVELS, recipe, level=1)
    optimizer.tell(points := grid(level=3).iloc[::5], bowl(points))
    assert optimizer.recommend()["level"].item() == 3


def test_without_a_model_it_is_the_best_told_point_of_the_context() -> None:
    optimizer = told(MACHINES, RandomSearch(), machine="A")
    found = optimizer.recommendation({"machine": "A"})
    assert (found.point["x"].item(), found.point["z"].item()) == (0.5, 0.5)
    assert found.measured == pytest.approx(1.02)
    assert found.mean is found.low is found.high is found.feasibility is None
    with pytest.raises(DataError, match=r"no feasible point has been told with \{'machine': 'B'\} yet"):
        optimizer.recommend({"machine": "B"})


def test_before_there_is_a_model_it_is_the_best_told_point() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    with pytest.raises(DataError, match="no successful evaluation has been told yet"):
        optimizer.recommend()
    optimizer.tell(pd.DataFrame({"x": [0.1, 0.2], "z": [0.1, 0.2]}), [1.0, 2.0])
    assert optimizer.recommendation().measured == 1.0


def test_equal_values_are_no_model_either() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    optimizer.tell(grid(), np.ones(25))
    assert optimizer.recommendation().measured == 1.0


def test_several_objectives_have_no_single_recommendation() -> None:
    optimizer = RandomSearch().build(PLAIN, seed=0)
    optimizer.tell(grid(), np.ones((25, 2)))
    with pytest.raises(DataError, match=r"there are 2 objectives, and no single best point; .*`front`"):
        optimizer.recommend()


def test_a_point_that_hardly_keeps_a_constraint_is_not_recommended() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    points = grid()
    optimizer.tell(points, bowl(points), constraints=0.55 - points["x"])  # fulfilled from x = 0.55 on
    found = optimizer.recommendation()
    assert 0.55 <= found.point["x"].item() < 0.7
    assert found.feasibility is not None
    assert found.feasibility > 0.9


def test_where_no_point_is_likely_to_keep_a_constraint_the_likeliest_is_recommended() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    points = grid()
    optimizer.tell(points, bowl(points), constraints=5 - points["x"])
    found = optimizer.recommendation()
    assert found.point["x"].item() > 0.9
    assert found.feasibility is not None
    assert found.feasibility < 0.1


def test_a_part_where_evaluations_fail_is_not_recommended() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    points = grid()
    optimizer.tell(points, bowl(points, x=1.0).where(points["x"] < 0.7))
    assert optimizer.recommend()["x"].item() < 0.8


def test_input_constraints_hold() -> None:
    space = DesignSpace().parse(
        NUMBERS, constraints=[{"type": "linear", "coefficients": {"x": 1, "z": 1}, "ub": 0.5}]
    )
    optimizer = told(space)
    found = optimizer.recommend()
    assert (found["x"] + found["z"]).item() <= 0.5 + 1e-9


def test_of_a_table_it_is_a_row_evaluated_or_not() -> None:
    rows = pd.concat([grid(), pd.DataFrame({"x": [0.4], "z": [0.6]})], ignore_index=True)
    optimizer = HEBORecipe().build(TableSpace(PLAIN, rows), seed=0)
    points = grid()
    optimizer.tell(points, bowl(points))
    assert optimizer.recommend().to_dict("records") == [{"x": 0.4, "z": 0.6}]
    optimizer.tell(rows.tail(1), [1.0])
    assert optimizer.recommend().to_dict("records") == [{"x": 0.4, "z": 0.6}]


def test_a_forest_recommends_too() -> None:
    found = told(recipe=HEBORecipe(surrogate=ExtraTrees(n_trees=20))).recommendation()
    assert found.point["x"].item() == pytest.approx(0.4, abs=0.3)


def test_a_bound_that_the_transform_cannot_reach_is_the_end_of_its_range() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    points = grid().head(4)
    optimizer.tell(points, [1e-3, 1e-1, 10.0, 1e3])
    found = optimizer.recommendation()
    assert found.low is not None
    assert found.high is not None
    assert not math.isnan(found.low)
    assert not math.isnan(found.high)
