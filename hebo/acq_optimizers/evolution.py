"""NSGA-II over encoded columns, on whole arrays: a screened start, variation, survival, polish."""

from __future__ import annotations

import numpy as np
import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acq_optimizers.operators import Variation
from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.acq_optimizers.screening import screen
from hebo.acq_optimizers.sorting import Array, survivors
from hebo.base import AcqFunction, AcqOptimizer, Candidates, Domain
from hebo.random import draw_seed


class NSGA2(AcqOptimizer):
    """Non-dominated sorting genetic algorithm II (Deb et al., 2002) on arrays.

    Numeric columns recombine by simulated binary crossover and mutate polynomially; categorical columns
    exchange and redraw their codes. Every child is projected into the domain, so constraints, steps and
    pinned columns hold throughout. With one value per point it is an ordinary genetic algorithm. A domain
    with no more points than the search would evaluate is enumerated instead, and the result is exact.

    Attributes:
        population: Number of individuals.
        n_generations: Number of generations.
        screened: Size of the pool of random points and of points near `start` from which the first
            generation is chosen.
    """

    population: int = Field(default=100, ge=4)
    n_generations: int = Field(default=100, ge=0)
    screened: int = Field(default=512, ge=4)

    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        """See `hebo.base.AcqOptimizer`."""
        every = domain.points(self.screened + self.population * self.n_generations)
        if every is not None:
            return rank(every, evaluate(acq, every), limit=self.population)
        x, values = self._evolve(acq, domain, generator, start)
        return rank(x, values)

    def _evolve(
        self, acq: AcqFunction, domain: Domain, generator: Generator, start: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return the last population (`population x d`) and its values."""
        pool = screen(domain, self.screened, generator=generator, start=start)
        x, values = pool.numpy(), evaluate(acq, pool).numpy()
        variation = Variation(domain, np.random.default_rng(draw_seed(generator)))
        order, ranks, distances = survivors(values, self.population)
        x, values = x[order], values[order]
        for _ in range(self.n_generations):
            children = domain.project(torch.from_numpy(variation.children(x, ranks, distances))).numpy()
            children = children[_new(children, x)]
            if not len(children):
                continue
            x = np.concatenate([x, children])
            values = np.concatenate([values, evaluate(acq, torch.from_numpy(children)).numpy()])
            order, ranks, distances = survivors(values, self.population)
            x, values = x[order], values[order]
        return torch.from_numpy(x), torch.from_numpy(values)


def _new(children: Array, x: Array) -> Array:
    """Return the indices of the children that repeat no earlier child and no row of `x`."""
    rows = np.ascontiguousarray(np.concatenate([x, children]) + 0.0)  # + 0.0 turns -0 into 0
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1])))[:, 0]
    _, first = np.unique(keys, return_index=True)
    kept: Array = np.sort(first[first >= len(x)]) - len(x)
    return kept
