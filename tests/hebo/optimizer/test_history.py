"""Tests of `hebo.optimizer.history`: which points may be the best."""

from __future__ import annotations

import pandas as pd
import pytest

from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import DataError
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.hebo import HEBO, HEBORecipe
from hebo.recommenders.random import RandomSearch
from mcbo.recommenders.annealing import Annealing
from mcbo.recommenders.bandit import Bandit
from mcbo.recommenders.genetic import GeneticAlgorithm
from mcbo.recommenders.hill_climbing import HillClimbing

NUMBERS = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "xz"]
TRIANGLE = DesignSpace().parse(
    NUMBERS, constraints=[{"type": "linear", "coefficients": {"x": 1, "z": 1}, "ub": 1}]
)
CONTEXTS = DesignSpace().parse(
    [*NUMBERS, {"name": "temp", "type": "int", "lb": 20, "ub": 22, "role": "context"}]
)


def both(optimizer: Optimizer) -> Optimizer:
    """Tell a point outside the triangle that is far better, and one inside."""
    optimizer.tell(pd.DataFrame({"x": [0.9, 0.1], "z": [0.9, 0.1]}), [-1.8, -0.2])
    return optimizer


def test_a_point_that_breaks_an_input_constraint_is_not_the_best() -> None:
    optimizer = both(HEBO(TRIANGLE, scramble_seed=0))
    assert optimizer.best_x.to_dict("records") == [{"x": 0.1, "z": 0.1}]
    assert optimizer.best_y == -0.2
    assert optimizer.history["keeps_input_constraints"].tolist() == [False, True]


def test_without_a_point_that_keeps_them_there_is_no_best() -> None:
    optimizer = HEBO(TRIANGLE, scramble_seed=0)
    optimizer.tell(pd.DataFrame({"x": [0.9], "z": [0.9]}), [-1.8])
    with pytest.raises(DataError, match="no feasible point yet: none of 1"):
        _ = optimizer.best_x


def test_measured_constraints_count_besides() -> None:
    optimizer = HEBO(TRIANGLE, scramble_seed=0)
    points = pd.DataFrame({"x": [0.9, 0.1, 0.2], "z": [0.9, 0.1, 0.1]})
    optimizer.tell(points, [-3.0, -2.0, -1.0], constraints=[-1.0, 1.0, -1.0])
    assert optimizer.best_y == -1.0


def test_a_saved_state_still_knows_which_points_break_an_input_constraint() -> None:
    optimizer = HEBO(TRIANGLE, scramble_seed=1)
    optimizer.load_state_dict(both(HEBO(TRIANGLE, scramble_seed=0)).state_dict())
    assert optimizer.best_y == -0.2


def test_a_table_may_have_points_told_that_break_a_constraint() -> None:
    table = TableSpace(TRIANGLE, pd.DataFrame({"x": [0.1, 0.9, 0.3], "z": [0.1, 0.9, 0.2]}))
    optimizer = both(HEBORecipe().build(table, seed=0))
    assert optimizer.best_y == -0.2


@pytest.mark.parametrize(
    "recipe",
    [GeneticAlgorithm(n_initial=2), Annealing(n_initial=2), HillClimbing(n_initial=1), Bandit(n_initial=1)],
    ids=lambda one: type(one).__name__,
)
def test_searches_without_a_model_start_from_points_that_keep_the_constraints(recipe: Recommender) -> None:
    optimizer = recipe.build(TRIANGLE, seed=0)
    both(optimizer).tell(pd.DataFrame({"x": [0.12], "z": [0.11]}), [-0.21])
    asked = optimizer.ask(20)
    assert bool((asked["x"] + asked["z"] <= 1 + 1e-9).all())
    # A child or a neighbour of the two good points; projections of the forbidden one lie near (0.5, 0.5).
    assert ((asked["x"] < 0.4) & (asked["z"] < 0.4)).mean() > 0.3


def test_the_best_is_that_of_the_latest_context_or_of_the_one_that_is_named() -> None:
    optimizer = RandomSearch().build(CONTEXTS, seed=0)
    points = pd.DataFrame({"x": [0.1, 0.2, 0.3, 0.4], "z": 0.5, "temp": [20, 20, 21, 21]})
    optimizer.tell(points, [-9.0, -8.0, 2.0, 1.0])
    assert optimizer.best_y == 1.0
    assert optimizer.best({"temp": 20})[1] == -9.0
    assert optimizer.best({"temp": 20})[0]["x"].tolist() == [0.1]
    with pytest.raises(DataError, match=r"no feasible point has been told with {'temp': 22} yet"):
        optimizer.best({"temp": 22})
    with pytest.raises(DataError, match="'temp'"):
        optimizer.best({"temp": 99})


def test_a_context_must_be_one() -> None:
    optimizer = RandomSearch().build(CONTEXTS, seed=0)
    optimizer.tell(pd.DataFrame({"x": [0.1], "z": 0.5, "temp": [20]}), [1.0])
    with pytest.raises(DataError, match="'tmp'"):
        optimizer.best({"tmp": 20})


def test_a_point_on_the_limit_keeps_it_in_single_precision() -> None:
    optimizer = HEBO(TRIANGLE, scramble_seed=0)
    optimizer.tell(pd.DataFrame({"x": [0.3], "z": [0.7]}).astype("float32"), [1.0])
    assert optimizer.best_y == 1.0
