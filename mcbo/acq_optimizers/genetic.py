"""Genetic algorithm on an acquisition; mutations know the neighboring values of a column."""

from __future__ import annotations

import numpy as np
import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acq_optimizers.operators import Variation
from hebo.acq_optimizers.sorting import Array, Ints, survivors
from hebo.base import Domain
from hebo.random import draw_seed
from hebo.rows import new_rows
from mcbo.acq_optimizers.moves import RandomMoves
from mcbo.acq_optimizers.pooled import PooledSearch, Search

MUTATED_SHARE = 0.5
"""Share of the children that change one column to another of its values."""


class GeneticSearch(PooledSearch):
    """Tournaments, crossover column by column, mutation to a neighboring value; the best always survive.

    Selection, crossover and survival are those of `hebo`'s NSGA-II, which with one value per point is a
    genetic algorithm with full elitism; several values are maximized in the Pareto sense. What it lacks is
    added here: its polynomial mutation all but never takes a boolean, a level or a position in an order to
    the next value, so half of the children take a move of `RandomMoves`, as do those that repeat a member
    of the population. There is no polish.

    Attributes:
        population: Number of individuals.
        n_generations: Number of generations.
    """

    n_pool: int = Field(default=512, ge=4)
    population: int = Field(default=100, ge=4)
    n_generations: int = Field(default=40, ge=0)

    def _improve(self, search: Search) -> None:
        family = Family(search.domain, search.moves, generator=search.generator)
        x, values = search.pool.numpy(), search.values.numpy()
        for _ in range(self.n_generations):
            order, ranks, distances = survivors(values, self.population)
            x, values = x[order], values[order]
            children = family.children(x, ranks, distances).numpy()
            children = children[new_rows(children, x)]
            if not len(children):
                continue
            born = search.archive.add(torch.from_numpy(children)).numpy()
            x, values = np.concatenate([x, children]), np.concatenate([values, born])


class Family:
    """Makes children of a population.

    Args:
        domain: Where they live.
        moves: Its random changes.
        generator: Source of every random decision.
    """

    def __init__(self, domain: Domain, moves: RandomMoves, *, generator: Generator) -> None:
        self._domain, self._moves, self._generator = domain, moves, generator
        self._variation = Variation(domain, np.random.default_rng(draw_seed(generator)))

    def children(self, x: Array, ranks: Ints, distances: Array) -> Tensor:
        """Return as many feasible children as there are rows in `x` (`n x d`), one more if `n` is odd.

        Args:
            x: The population.
            ranks: `n`, smaller is better.
            distances: `n`, larger is better among equal ranks.
        """
        born = self._domain.project(torch.from_numpy(self._variation.children(x, ranks, distances)))
        repeats = torch.ones(len(born), dtype=torch.bool)
        repeats[new_rows(born.numpy(), x)] = False
        parents = torch.from_numpy(x)[torch.arange(len(born)) % len(x)]
        born = torch.where(repeats.unsqueeze(1), parents, born)
        mutated = repeats | (torch.rand(len(born), generator=self._generator) < MUTATED_SHARE)
        born[mutated] = self._moves.of(born[mutated], generator=self._generator)
        return born
