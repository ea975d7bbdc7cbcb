"""Tests of `hebo.recommenders.random`."""

from __future__ import annotations

import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.recommenders.random import RandomSearch
from hebo.recommenders.sobol import Sobol

CUBE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
GRID = DesignSpace().parse([{"name": name, "type": "int", "lb": 0, "ub": 3} for name in "ab"])


def test_sixteen_sobol_points_fill_a_four_by_four_grid() -> None:
    optimizer = Sobol().build(CUBE, seed=0)
    asked = pd.concat([optimizer.ask(5), optimizer.ask(11)])
    cells = {(int(4 * a), int(4 * b)) for a, b in asked.itertuples(index=False)}
    assert len(cells) == 16


def test_the_sobol_sequence_does_not_depend_on_the_size_of_the_asks() -> None:
    at_once = Sobol().build(CUBE, seed=1).ask(100)
    stepwise = Sobol().build(CUBE, seed=1)
    pieces = pd.concat([stepwise.ask(n) for n in (1, 29, 50, 20)], ignore_index=True)
    pd.testing.assert_frame_equal(at_once, pieces)


@pytest.mark.parametrize("recipe", [RandomSearch(), Sobol()])
def test_a_finite_space_is_exhausted_before_anything_repeats(recipe: OptimizerRecipe) -> None:
    optimizer = recipe.build(GRID, seed=0)
    asked = pd.concat([optimizer.ask(1) for _ in range(7)] + [optimizer.ask(9)])
    assert len(asked.drop_duplicates()) == 16
    assert len(optimizer.ask(2)) == 2


def test_random_points_spread_over_the_cube() -> None:
    asked = RandomSearch().build(CUBE, seed=0).ask(400)
    assert asked.mean().between(0.44, 0.56).all()
    assert asked.std().between(0.26, 0.32).all()


@pytest.mark.parametrize("recipe", [RandomSearch(), Sobol()])
def test_of_several_objectives_there_is_no_single_best_point(recipe: OptimizerRecipe) -> None:
    optimizer = recipe.build(CUBE, seed=0)
    optimizer.tell(optimizer.ask(2), [[0.0, 1.0], [1.0, 0.0]])
    for name in ("best_x", "best_y"):
        with pytest.raises(DataError, match="there are 2 objectives, and no single best point"):
            getattr(optimizer, name)
    assert optimizer.history["objective_1"].tolist() == [1.0, 0.0]
