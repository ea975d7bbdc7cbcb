"""Differential evolution by SciPy, one batched call of the acquisition a generation."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from scipy.optimize import differential_evolution
from torch import Generator, Tensor

from hebo.acq_optimizers.restarts import Part, RestartSearch
from hebo.acq_optimizers.sorting import Array
from hebo.random import draw_seed

SPREAD = 1e-5
"""A population whose values have no larger standard deviation, in units of the pool's, is done."""

WORST = 1e100
"""Largest loss that SciPy is told, for it squares losses: infinitely bad points have it."""


class DifferentialEvolution(RestartSearch):
    """Differential evolution (Storn and Price, 1997) of one population per restart; needs no gradient.

    Columns are in shares of their ranges; discrete ones are rounded, and constraints hold by projection: an
    individual has the value of the nearest feasible point. A population begins with the starting point of
    its restart and points spread over the domain. Changes of single discrete columns follow; see
    `RestartSearch`.

    Attributes:
        strategy: How trial points are made; see `scipy.optimize.differential_evolution`.
        population: Number of individuals; `rand2bin` makes a trial point of five others, so six at least.
        n_generations: Most generations of a population in a turn.
    """

    moves_discrete: ClassVar[bool] = True

    n_restarts: int = Field(default=3, ge=1)
    strategy: Literal[
        "best1bin", "rand1bin", "currenttobest1bin", "randtobest1bin", "best2bin", "rand2bin"
    ] = "best1bin"
    population: int = Field(default=60, ge=6)
    n_generations: int = Field(default=100, ge=1)

    def _improve(self, part: Part, *, generator: Generator) -> Tensor:
        return torch.cat([self._evolve(part.some(torch.tensor([i])), generator) for i in range(len(part.x))])

    def _evolve(self, part: Part, generator: Generator) -> Tensor:
        """Return the best point, `1 x d`, of one population."""

        def loss(columns: Array) -> Array:
            z = torch.from_numpy(np.ascontiguousarray(columns.T))
            some = part.some(torch.zeros(len(z), dtype=torch.long))
            return (-some.values(some.feasible(z))).clamp_max(WORST).numpy()

        spread = part.domain.sample(self.population - 1, generator=generator)
        z = part.shares(torch.cat([part.x, spread]))
        found = differential_evolution(
            loss,
            [(0.0, 1.0)] * z.shape[1],
            strategy=self.strategy,
            maxiter=self.n_generations,
            init=z.numpy(),
            tol=0.0,
            atol=SPREAD,
            polish=False,
            updating="deferred",
            vectorized=True,
            seed=np.random.default_rng(draw_seed(generator)),
        )
        return part.feasible(torch.from_numpy(found.x).unsqueeze(0))
