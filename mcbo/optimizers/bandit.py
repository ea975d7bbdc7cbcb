"""Bandits over the categories of each column, random and nearby values for the rest."""

from __future__ import annotations

import bisect

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.base import Domain
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.base import Optimizer, OptimizerRecipe
from hebo.optimizers.distinct import distinct, fill
from hebo.random import make_generator
from mcbo.acq_optimizers.exp3 import Exp3, nominal_values
from mcbo.acq_optimizers.moves import RandomMoves, column_levels

N_TRIALS = 4
"""Points drawn for each suggestion, to find new ones."""


class Bandit(OptimizerRecipe):
    """EXP3 per categorical column; the other columns are random or near those of the best point.

    The bandits of CoCaBO (Ru et al., 1906.08878, algorithm 1) without its model. After each evaluation the
    category that the point has in a column is rewarded by the best value told so far with that category: 0
    at the median of what was told, 1 at the best; so what is told first counts again and again, as there.
    Columns of two levels have a bandit too. A failed evaluation earns nothing. Half of the suggestions take
    their other columns from the best point, changed in one column, the others from anywhere.

    The odds are replayed from what was told, one evaluation after the other, as if each had been drawn from
    the odds before it; a batch is drawn independently from one set of odds, where CoCaBO draws without
    replacement.

    Attributes:
        exploration: Share of categories drawn with equal probability, the `gamma` of EXP3.
        n_initial: Random points at the beginning.
    """

    exploration: float = Field(default=0.2, gt=0, le=1)
    n_initial: int = Field(default=10, ge=1)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> BanditOptimizer:
        """Return the optimiser; see `hebo.optimizers.base.Optimizer`."""
        return BanditOptimizer(space, self, seed=seed)


class BanditOptimizer(Optimizer):
    """See `Bandit`.

    Args:
        space: Where to search.
        recipe: The settings.
        seed: See `Optimizer`.
    """

    def __init__(self, space: DesignSpace, recipe: Bandit, *, seed: int | None = None) -> None:
        super().__init__(space, seed=seed)
        self.recipe = recipe
        levels = column_levels(space, generator=make_generator("levels"))
        self._columns, self._counts, self._values = nominal_values(levels, set(space.categorical_dims))

    def bandits(self, data: Data) -> Exp3:
        """Return the bandits after what was told in the domain of the ask."""
        gamma = torch.full((len(self._columns),), self.recipe.exploration, dtype=torch.float64)
        exp3 = Exp3(self._counts, gamma)
        arms = (data.x[:, self._columns].unsqueeze(2) - self._values).abs().argmin(2)
        for arm, rewards in zip(arms, self._rewards(data, arms), strict=True):
            exp3.reward(arm.reshape(1, 1, -1), rewards.reshape(1, 1, -1))
        return exp3

    def _rewards(self, data: Data, arms: Tensor) -> Tensor:
        """Return what each evaluation earned its categories (`n x c`) when it was told."""
        rewards = torch.zeros(arms.shape, dtype=torch.float64)
        peaks = torch.full(self._values.shape, -torch.inf, dtype=torch.float64)
        columns = torch.arange(len(self._columns))
        told: list[float] = []  # in order
        for number in data.competing.nonzero()[:, 0].tolist():
            value = data.y[number, 0]
            bisect.insort(told, float(value))
            here = columns, arms[number]
            peaks[here] = torch.maximum(peaks[here], value)
            low, high = told[(len(told) - 1) // 2], told[-1]
            if high > low:
                rewards[number] = ((peaks[here] - low) / (high - low)).clamp(0.0, 1.0)
        return rewards

    def _propose(self, n: int, domain: Domain, generator: Generator) -> Tensor:
        data = self.data.within(domain.with_seen)
        n_missing = self.recipe.n_initial - len(data.seen)
        n_random = n if not bool(data.competing.any()) else min(max(n_missing, 0), n)
        x = domain.sample(n_random, generator=generator, method="random")
        if n_random < n:
            x = torch.cat([x, self._drawn(data.best, data, n, domain, generator)])
        return fill(x, data.seen, n, domain, generator=generator)

    def _drawn(self, best: Tensor, data: Data, n: int, domain: Domain, generator: Generator) -> Tensor:
        """Return new points whose categories the bandits chose."""
        arms = self.bandits(data).pull(N_TRIALS * n, generator=generator)[0]
        moves = RandomMoves(domain, generator=generator)
        near = moves.of(domain.project(best.unsqueeze(0)).repeat(len(arms), 1), generator=generator)
        x = domain.sample(len(arms), generator=generator, method="random")
        x = torch.where((torch.arange(len(x)) % 2 == 0).unsqueeze(1), near, x)
        x[:, self._columns] = self._values[torch.arange(len(self._columns)), arms]
        return distinct(domain.project(x), data.seen, domain)
