"""NSGA-II over encoded columns, on whole arrays: a screened start, variation, survival, polish."""

from __future__ import annotations

import numpy as np
import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acq_optimizers.operators import Variation
from hebo.acq_optimizers.polish import polish
from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.acq_optimizers.screening import screen
from hebo.acq_optimizers.sorting import survivors
from hebo.base import AcqFunction, AcqOptimizer, Candidates, Domain
from hebo.random import draw_seed
from hebo.rows import new_rows

POLISH_AFTER = 1 / 3
"""Share of the generations before the polish; the others spread the front between polished points."""


class NSGA2(AcqOptimizer):
    """Non-dominated sorting genetic algorithm II (Deb et al., 2002), with a screened start and a polish.

    The first generation is the best part of a pool of points. Numeric columns recombine by simulated binary
    crossover and mutate polynomially; categorical columns exchange and redraw their codes. After a third
    of the generations the best points climb to local maxima, by gradients and by changes of single
    discrete columns, and the others fill the front between them. Every point is projected into the domain,
    so constraints, steps and pinned columns hold throughout. With one value per point it is an ordinary
    genetic algorithm. A domain with no more points than the search would evaluate is enumerated instead,
    and the result is exact.

    Attributes:
        population: Number of individuals.
        n_generations: Number of generations.
        screened: Size of the pool, of random points and points near `start`.
        polish: Number of points polished; 0 leaves all to the generations.
    """

    population: int = Field(default=100, ge=4)
    n_generations: int = Field(default=8, ge=0)
    screened: int = Field(default=256, ge=4)
    polish: int = Field(default=12, ge=0)

    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        """See `hebo.base.AcqOptimizer`."""
        every = domain.points(self.screened + self.population * self.n_generations)
        if every is not None:
            return rank(every, evaluate(acq, every), limit=self.population)
        pool = screen(domain, self.screened, generator=generator, start=start)
        rng = np.random.default_rng(draw_seed(generator))
        population = _Population(acq, domain, pool, self.population, rng)
        n_first = round(POLISH_AFTER * self.n_generations)
        population.evolve(n_first)
        if self.polish:
            x, values = population.tensors()
            found = polish(acq, domain, x, values, n=self.polish, pool=pool, generator=generator)
            population.join(found)
        population.evolve(self.n_generations - n_first)
        return rank(*population.tensors())


class _Population:
    """The individuals of one search: points, values, fronts and crowding distances, best first."""

    def __init__(
        self, acq: AcqFunction, domain: Domain, pool: Tensor, size: int, rng: np.random.Generator
    ) -> None:
        self._acq, self._domain, self._size = acq, domain, size
        self._variation = Variation(domain, rng)
        self._x = np.empty((0, pool.shape[1]))
        self._values = np.empty((0, 0))
        self.join(pool)

    def tensors(self) -> tuple[Tensor, Tensor]:
        """Return points and values."""
        return torch.from_numpy(self._x), torch.from_numpy(self._values)

    def evolve(self, n_generations: int) -> None:
        """Let children join, generation by generation."""
        for _ in range(n_generations):
            children = self._variation.children(self._x, self._ranks, self._distances)
            self.join(self._domain.project(torch.from_numpy(children)))

    def join(self, x: Tensor) -> None:
        """Evaluate feasible points that are not there yet, and keep the best of all."""
        offspring = x.numpy()[new_rows(x.numpy(), self._x)]
        if not len(offspring):
            return
        values = evaluate(self._acq, torch.from_numpy(offspring)).numpy()
        values = np.concatenate([self._values.reshape(-1, values.shape[1]), values])
        order, self._ranks, self._distances = survivors(values, self._size)
        self._x, self._values = np.concatenate([self._x, offspring])[order], values[order]
