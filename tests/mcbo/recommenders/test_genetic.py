"""Tests of `mcbo.recommenders.genetic`: who the parents are, and what children are made of."""

from __future__ import annotations

import pandas as pd

from hebo.design_space.design_space import DesignSpace
from mcbo.recommenders.genetic import GeneticAlgorithm

SPACE = DesignSpace().parse(
    [{"name": f"c{i}", "type": "cat", "categories": list(range(6))} for i in range(8)]
)


def frame(*rows: list[int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=SPACE.names, dtype=object)


def test_the_parents_are_the_best_distinct_successes_in_order() -> None:
    recipe = GeneticAlgorithm(population=3)
    optimizer = recipe.build(SPACE, seed=0)
    rows = [[value] * 8 for value in (0, 1, 2, 3, 1, 4)]
    optimizer.tell(frame(*rows), [5.0, 2.0, None, 1.0, 2.5, 9.0])
    assert recipe.parents(optimizer.data)[:, 0].tolist() == [3.0, 1.0, 0.0]


def test_children_take_most_columns_from_their_parents() -> None:
    optimizer = GeneticAlgorithm(n_initial=2, population=2).build(SPACE, seed=0)
    optimizer.tell(frame([1] * 8, [4] * 8, [5] * 8), [0.0, 1.0, 2.0])
    asked = optimizer.ask(30)
    assert asked.isin([1, 4]).to_numpy().mean() > 0.75
    assert (asked.isin([1]).any(axis=1) & asked.isin([4]).any(axis=1)).mean() > 0.3


def test_random_points_come_until_there_are_enough() -> None:
    optimizer = GeneticAlgorithm(n_initial=12, population=4).build(SPACE, seed=0)
    optimizer.tell(frame(*([value] * 8 for value in range(4))), [0.0, 1.0, 2.0, 3.0])
    asked = optimizer.ask(8)  # eight are missing
    spread = asked.nunique(axis=1)
    assert (spread >= 3).all()


def test_a_single_success_is_no_couple() -> None:
    optimizer = GeneticAlgorithm(n_initial=2).build(SPACE, seed=0)
    optimizer.tell(frame([1] * 8, [2] * 8, [3] * 8), [0.0, None, None])
    asked = optimizer.ask(5)
    assert len(asked.drop_duplicates()) == 5
