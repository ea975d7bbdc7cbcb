"""Genetic algorithm on the objective itself, steady-state: parents are the best points told so far."""

from __future__ import annotations

import numpy as np
import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.base import Domain, Recommender
from hebo.data import Data
from hebo.design_space.domains.distinct import distinct
from hebo.request import Request
from hebo.rows import new_rows
from mcbo.acq_optimizers.genetic import Family
from mcbo.acq_optimizers.moves import RandomMoves

N_BROODS = 4
"""Times that the population has children in search of new points."""


class GeneticAlgorithm(Recommender):
    """Tournaments, crossover column by column, mutation to a neighboring value; the best always survive.

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

    def parents(self, data: Data) -> Tensor:
        """Return the population (`k x d`), best first; points outside the domain of the ask come last."""
        x = data.ranked()
        return x[torch.from_numpy(new_rows(x.numpy(), x[:0].numpy()))][: self.population]

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        n, domain, generator = request.n, request.domain, request.generator
        seen, parents = request.data.seen, self.parents(request.data)
        n_missing = self.n_initial - len(seen)
        n_random = n if len(parents) < 2 else min(max(n_missing, 0), n)
        x = domain.sample(n_random, generator=generator, method="random")
        if n_random < n:
            x = torch.cat([x, self._children(domain.project(parents), n, seen, domain, generator)])
        return request.filled(x, n)

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
