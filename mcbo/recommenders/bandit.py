"""EXP3 bandits over the categories of each column, random and nearby values for the rest (CoCaBO)."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.base import Domain, Recommender
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.distinct import distinct
from hebo.random import make_generator
from hebo.request import Request
from mcbo.acq_optimizers.exp3 import Exp3, nominal_values
from mcbo.acq_optimizers.moves import RandomMoves, column_levels

N_TRIALS = 4
"""Points drawn for each suggestion, to find new ones."""


class Bandit(Recommender):
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

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        n, data, domain, generator = request.n, request.data, request.domain, request.generator
        n_missing = self.n_initial - len(data.seen)
        n_random = n if not bool(data.competing.any()) else min(max(n_missing, 0), n)
        x = domain.sample(n_random, generator=generator, method="random")
        if n_random < n:
            bandits = self.bandits(data, request.space)
            x = torch.cat([x, bandits.drawn(data, n, domain, generator)])
        return request.filled(x, n)

    def bandits(self, data: Data, space: DesignSpace) -> Bandits:
        """Return the bandits after what was told in the domain of the ask."""
        levels = column_levels(space, generator=make_generator("levels"))
        columns, counts, values = nominal_values(levels, set(space.categorical_dims))
        exp3 = Exp3(counts, torch.full((len(columns),), self.exploration, dtype=torch.float64))
        bandits = Bandits(exp3, columns, values)
        bandits.learn(data)
        return bandits


@dataclass(frozen=True)
class Bandits:
    """One bandit per nominal column.

    Attributes:
        exp3: Their odds.
        columns: The columns, `c`.
        values: `c x k`, the levels of each column.
    """

    exp3: Exp3
    columns: Tensor
    values: Tensor

    def learn(self, data: Data) -> None:
        """Reward the categories of all evaluations, in the order told."""
        arms = (data.x[:, self.columns].unsqueeze(2) - self.values).abs().argmin(2)
        for arm, rewards in zip(arms, self._rewards(data, arms), strict=True):
            self.exp3.reward(arm.reshape(1, 1, -1), rewards.reshape(1, 1, -1))

    def _rewards(self, data: Data, arms: Tensor) -> Tensor:
        """Return what each evaluation earned its categories (`n x c`) when it was told."""
        rewards = torch.zeros(arms.shape, dtype=torch.float64)
        peaks = torch.full(self.values.shape, -torch.inf, dtype=torch.float64)
        columns = torch.arange(len(self.columns))
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

    def drawn(self, data: Data, n: int, domain: Domain, generator: Generator) -> Tensor:
        """Return new points whose categories the bandits chose, others near the best point or anywhere."""
        arms = self.exp3.pull(N_TRIALS * n, generator=generator)[0]
        moves = RandomMoves(domain, generator=generator)
        near = domain.project(data.best.unsqueeze(0)).repeat(len(arms), 1)
        near = moves.of(near, generator=generator)
        x = domain.sample(len(arms), generator=generator, method="random")
        x = torch.where((torch.arange(len(x)) % 2 == 0).unsqueeze(1), near, x)
        x[:, self.columns] = self.values[torch.arange(len(self.columns)), arms]
        return distinct(domain.project(x), data.seen, domain)
