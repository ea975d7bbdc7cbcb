"""What all optimizers of `mcbo.recommenders` promise, on every sort of space."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from examples import SPACES

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.rules.constraints import register_constraint
from hebo.errors import IncompatibleError
from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe
from mcbo.recommenders.annealing import Annealing
from mcbo.recommenders.bandit import Bandit
from mcbo.recommenders.genetic import GeneticAlgorithm
from mcbo.recommenders.hill_climbing import HillClimbing

RECIPES: dict[str, OptimizerRecipe] = {
    "hill_climbing": HillClimbing(n_initial=4, patience=6),
    "annealing": Annealing(n_initial=4, n_cooling=12),
    "genetic": GeneticAlgorithm(n_initial=4, population=6),
    "bandit": Bandit(n_initial=4),
}
every_recipe = pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES.keys())

register_constraint("tens", lambda f: (f.astype(int).sum(axis=1) % 10 == 5).to_numpy(dtype=bool))
RARE = DesignSpace().parse(
    [{"name": f"k{i}", "type": "int", "lb": 0, "ub": 5} for i in range(6)],
    constraints=[{"type": "function", "name": "tens"}],
)
ONES = DesignSpace().parse([{"name": f"c{i}", "type": "cat", "categories": [0, 1, 2, 3]} for i in range(10)])


def n_wrong(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Number of columns that are not 2."""
    return np.asarray((frame != 2).to_numpy().sum(1), dtype=float)


def play(optimizer: Optimizer, n_rounds: int, batch: int) -> pd.DataFrame:
    """Ask and tell; every fifth evaluation fails."""
    asked = []
    for number in range(n_rounds):
        x = optimizer.ask(batch)
        values = [float((7 * number + row) % 11) for row in range(batch)]
        optimizer.tell(x, [None if (number * batch + row) % 5 == 4 else values[row] for row in range(batch)])
        asked.append(x)
    return pd.concat(asked, ignore_index=True)


@every_recipe
@pytest.mark.parametrize("name", sorted(SPACES))
def test_points_are_feasible_and_new_while_there_are_new_ones(recipe: OptimizerRecipe, name: str) -> None:
    space = SPACES[name]
    asked = space.encode(play(recipe.build(space, seed=0), n_rounds=15, batch=2))
    assert space.contains(asked).all()
    assert len(torch.unique(asked, dim=0)) == 30


@every_recipe
@pytest.mark.parametrize("name", sorted(SPACES))
def test_a_batch_of_sixteen_is_distinct_before_and_after_learning(recipe: OptimizerRecipe, name: str) -> None:
    space = SPACES[name]
    asked = space.encode(play(recipe.build(space, seed=0), n_rounds=3, batch=16))
    assert space.contains(asked).all()
    assert len(torch.unique(asked, dim=0)) == 48


@every_recipe
def test_a_finite_space_is_exhausted_before_anything_repeats(recipe: OptimizerRecipe) -> None:
    space = DesignSpace().parse(
        [
            {"name": "c", "type": "cat", "categories": list("uvw")},
            {"name": "k", "type": "int", "lb": 0, "ub": 6},
        ]
    )
    optimizer = recipe.build(space, seed=0)
    asked = play(optimizer, n_rounds=7, batch=3)
    assert len(asked.drop_duplicates()) == 21
    assert len(optimizer.ask(2)) == 2


@every_recipe
def test_pending_points_are_not_suggested_again(recipe: OptimizerRecipe) -> None:
    space = SPACES["categorical"]
    optimizer = recipe.build(space, seed=0)
    first = optimizer.ask(6)
    optimizer.tell(first.iloc[:3], [1.0, 2.0, 0.5])
    asked = pd.concat([first, *(optimizer.ask(5) for _ in range(8))])
    assert len(asked.drop_duplicates()) == 46


@every_recipe
def test_a_saved_run_continues_alike_and_global_streams_do_not_matter(recipe: OptimizerRecipe) -> None:
    space = SPACES["mixed"]
    original, killed = recipe.build(space, seed=3), recipe.build(space, seed=9)
    torch.manual_seed(0)
    play(original, n_rounds=10, batch=2)
    killed.load_state_dict(original.state_dict())
    for _ in range(3):
        torch.manual_seed(1)
        pd.testing.assert_frame_equal(play(killed, 2, 2), play(original, 2, 2))


@every_recipe
def test_another_seed_gives_other_points(recipe: OptimizerRecipe) -> None:
    space = SPACES["mixed"]
    first, again, other = (play(recipe.build(space, seed=seed), 6, 2) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


@every_recipe
def test_pins_hold_after_learning(recipe: OptimizerRecipe) -> None:
    optimizer = recipe.build(SPACES["mixed"], seed=0)
    play(optimizer, n_rounds=5, batch=2)
    asked = optimizer.ask(12, fixed={"c": [64, 64], "k": 3})
    assert asked["c"].tolist() == [[64, 64]] * 12
    assert asked["k"].tolist() == [3] * 12
    assert len(asked.astype(str).drop_duplicates()) == 12


@every_recipe
def test_failures_alone_do_no_harm(recipe: OptimizerRecipe) -> None:
    optimizer = recipe.build(SPACES["mixed"], seed=0)
    for _ in range(8):
        x = optimizer.ask(2)
        optimizer.tell(x, [float("nan"), None])
    assert len(optimizer.ask(3)) == 3


@every_recipe
def test_a_constraint_that_few_points_satisfy_holds(recipe: OptimizerRecipe) -> None:
    optimizer = recipe.build(RARE, seed=0)
    asked = RARE.encode(play(optimizer, n_rounds=10, batch=4))
    assert RARE.contains(asked).all()
    assert len(torch.unique(asked, dim=0)) == 40


@every_recipe
@pytest.mark.parametrize("batch", [4, 16])
def test_it_learns_where_random_points_do_not(recipe: OptimizerRecipe, batch: int) -> None:
    optimizer = recipe.build(ONES, seed=0)
    for _ in range(240 // batch):
        x = optimizer.ask(batch)
        optimizer.tell(x, n_wrong(x))
    # The best of 240 random points has 3.3 wrong columns on average.
    assert optimizer.best_y <= 2


@every_recipe
def test_two_objectives_are_refused(recipe: OptimizerRecipe) -> None:
    optimizer = recipe.build(SPACES["numeric"], seed=0)
    x = optimizer.ask(1)
    with pytest.raises(IncompatibleError, match=r"takes 1 objective.s., y has 2 columns"):
        optimizer.tell(x, [[1.0, 2.0]])
