"""A genetic algorithm on the objective itself, steady-state: parents are the best points told so far."""

from __future__ import annotations

import numpy as np
import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.base import Domain
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.base import Optimizer, OptimizerRecipe
from hebo.optimizers.distinct import distinct, fill
from hebo.rows import new_rows
from mcbo.acq_optimizers.genetic import Family
from mcbo.acq_optimizers.moves import RandomMoves

N_BROODS = 4
"""Times that the population has children in search of new points."""


class GeneticAlgorithm(OptimizerRecipe):
    """Tournaments, crossover column by column, mutation to a neighbouring value; the best always survive.

    The population are the `population` best distinct points told so far, so it is the survivors of full
    elitism after any number and size of batches, and a run continues from its history alone. Until
    `n_initial` points are asked for they are random. Failed evaluations have no children. The operators are
    those of `mcbo.acq_optimizers.genetic`.

    Attributes:
        n_initial: Random points at the beginning.
        population: Most parents.
    """

    n_initial: int = Field(default=20, ge=2)
    population: int = Field(default=20, ge=2)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> GeneticOptimizer:
        """Return the optimiser; see `hebo.optimizers.base.Optimizer`."""
        return GeneticOptimizer(space, self, seed=seed)


class GeneticOptimizer(Optimizer):
    """See `GeneticAlgorithm`.

    Args:
        space: Where to search.
        recipe: The settings.
        seed: See `Optimizer`.
    """

    def __init__(self, space: DesignSpace, recipe: GeneticAlgorithm, *, seed: int | None = None) -> None:
        super().__init__(space, seed=seed)
        self.recipe = recipe

    def parents(self, data: Data) -> Tensor:
        """Return the population (`k x d`), best first; points outside the domain of the ask come last."""
        x = data.ranked()
        return x[torch.from_numpy(new_rows(x.numpy(), x[:0].numpy()))][: self.recipe.population]

    def _propose(self, n: int, domain: Domain, generator: Generator) -> Tensor:
        data = self.data.within(domain.with_seen)
        seen, parents = data.seen, self.parents(data)
        n_missing = self.recipe.n_initial - len(seen)
        n_random = n if len(parents) < 2 else min(max(n_missing, 0), n)
        x = domain.sample(n_random, generator=generator, method="random")
        if n_random < n:
            x = torch.cat([x, self._children(domain.project(parents), n, seen, domain, generator)])
        return fill(x, seen, n, domain, generator=generator)

    def _children(
        self, parents: Tensor, n: int, seen: Tensor, domain: Domain, generator: Generator
    ) -> Tensor:
        """Return new children of the population (`k x d`), `n` of them if they are found, in random order."""
        family = Family(domain, RandomMoves(domain, generator=generator), generator=generator)
        ranks, alike = np.arange(len(parents)), np.ones(len(parents))
        found = parents[:0]
        for _ in range(N_BROODS * (1 + n // len(parents))):
            born = family.children(parents.numpy(), ranks, alike)
            born = born[torch.randperm(len(born), generator=generator)]
            found = distinct(torch.cat([found, born]), seen, domain)
            if len(found) >= n:
                break
        return found[:n]
