"""Tests of `mcbo.acq_optimizers.genetic`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from hebo.acq_optimizers.ranking import evaluate
from hebo.base import AcqFunction
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.rows import new_rows
from mcbo.acq_optimizers.genetic import Family, GeneticSearch
from mcbo.acq_optimizers.moves import RandomMoves

SPACE = DesignSpace().parse([{"name": f"c{i}", "type": "cat", "categories": [0, 1, 2]} for i in range(10)])
BOOLS = DesignSpace().parse([{"name": f"b{i}", "type": "bool"} for i in range(20)])


def family(space: DesignSpace) -> Family:
    return Family(space, RandomMoves(space, generator=make_generator(0)), generator=make_generator(1))


def test_the_maximum_of_a_rugged_function_is_found(nk: Callable[..., AcqFunction]) -> None:
    every = SPACE.points(3**10)
    assert every is not None
    for seed in range(3):
        function = nk(10, 3, 2, seed)
        found = GeneticSearch(n_generations=25).maximize(function, SPACE, generator=make_generator(seed))
        assert evaluate(function, found.x[:1]) >= 0.97 * evaluate(function, every).max()


def test_generations_improve_on_the_pool_and_the_best_survive() -> None:
    def ones(x: Tensor) -> Tensor:
        return x.sum(-1)

    values = [
        evaluate(
            ones,
            GeneticSearch(n_pool=16, population=16, n_generations=n)
            .maximize(ones, BOOLS, generator=make_generator(0))
            .x[:1],
        ).item()
        for n in (0, 5, 60)
    ]
    assert values[0] < values[1] < values[2] == 20


def test_children_of_equal_booleans_are_their_neighbors() -> None:
    x = np.zeros((40, 20))
    children = family(BOOLS).children(x, np.zeros(40, dtype=np.int64), np.ones(40)).numpy()
    assert (children.sum(1) >= 1).all()  # all repeat their parents, so all move
    assert (children.sum(1) <= 2).all()
    assert len(new_rows(children, x)) > 10


def test_crossover_takes_each_column_from_one_of_the_parents() -> None:
    x = np.stack([np.zeros(10), np.full(10, 2.0)] * 50)
    children = family(SPACE).children(x, np.zeros(100, dtype=np.int64), np.ones(100))
    of_parents = ((children == 0) | (children == 2)).double().mean().item()
    assert 0.85 < of_parents < 1.0  # the rest are mutations
    assert ((children == 0).any(1) & (children == 2).any(1)).double().mean().item() > 0.4


def test_children_are_feasible_and_an_odd_population_has_one_more() -> None:
    space = DesignSpace().parse([{"name": "p", "type": "permutation", "length": 6}])
    x = space.sample(7, generator=make_generator(0))
    children = family(space).children(x.numpy(), np.arange(7), np.ones(7))
    assert children.shape == (8, 6)
    assert space.contains(children).all()
    assert torch.isfinite(children).all()


def test_a_boolean_that_all_parents_agree_about_is_changed_in_some_children() -> None:
    n = 6000
    x = BOOLS.sample(n, generator=make_generator(0)).numpy()
    x[:, 0] = 0.0
    children = family(BOOLS).children(x, np.zeros(n, dtype=np.int64), np.ones(n))
    # All that repeat a parent move, and half of the others; each move takes one of twenty columns.
    assert 0.5 / 20 < children[:, 0].mean().item() < 1 / 20
