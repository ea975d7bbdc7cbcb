"""Bandit search of an acquisition: bandits choose the categories, gradients the numbers (CoCaBO).

Notation: `b` teams, `n` pulls of each team in a round, `c` columns with bandits, `d` columns, `m` values.
"""

from __future__ import annotations

from functools import partial

import torch
from pydantic import Field
from torch import Tensor

from hebo.acq_optimizers.ascent import ascend
from mcbo.acq_optimizers.exp3 import Exp3, best_exploration, nominal_values
from mcbo.acq_optimizers.pooled import PooledSearch, Search


class BanditSearch(PooledSearch):
    """EXP3 per categorical column, and gradient ascent on the continuous columns given the categories.

    CoCaBO (Ru et al., 1906.08878, algorithm 1) gives each categorical column a bandit that learns from the
    objective, one pull per evaluation, and maximizes the acquisition over the numbers alone. A search knows
    the acquisition and not the history, so here the bandits live for one maximization and learn from the
    acquisition; `mcbo.recommenders.bandit` learns from the objective. As there, the reward of a category is
    the best value seen with it: 0 at the median of the pool, 1 at the best so far.

    Columns of two levels have a bandit too. Half of the pulls take their other columns from the best point
    of the team, changed in one column, half from anywhere in the domain; then the continuous ones climb.
    Teams differ in their starting point; with several values per point each has a weighted sum of its own,
    see `Search.starts`. A constraint may change what was drawn: the reward still goes to what was drawn.

    Attributes:
        n_teams: Number of independent sets of bandits.
        n_pulls: Points of each team in a round.
        n_rounds: Number of rounds.
        n_steps: Most gradient steps of a point.
    """

    n_pool: int = Field(default=512, ge=4)
    n_teams: int = Field(default=4, ge=1)
    n_pulls: int = Field(default=16, ge=2)
    n_rounds: int = Field(default=50, ge=1)
    n_steps: int = Field(default=5, ge=0)

    def _improve(self, search: Search) -> None:
        teams = _Teams(search, self.n_teams, self.n_pulls, self.n_rounds)
        for _ in range(self.n_rounds):
            arms, x = teams.draw()
            x = ascend(partial(teams.sums.smooth, teams.owners), search.domain, x, n_rounds=self.n_steps)
            teams.learn(arms, x, search.archive.add(x))


class _Teams:
    """The bandits, and what each team has seen.

    Attributes:
        sums: What each team maximizes.
        owners: `b n`, the team of each drawn point.
    """

    def __init__(self, search: Search, n_teams: int, n_pulls: int, n_rounds: int) -> None:
        self._search, self._n_pulls = search, n_pulls
        self._columns, counts, self._values = nominal_values(
            search.moves.levels, set(search.domain.categorical_dims)
        )
        self._exp3 = Exp3(counts, best_exploration(counts, n_pulls * n_rounds), n_teams=n_teams)
        self._best, self.sums = search.starts(n_teams)
        self.owners = torch.arange(n_teams).repeat_interleave(n_pulls)
        pool = self.sums.of_values(search.values).T
        self._floor = pool.median(1).values
        self._peak = self._scores(self._best, search.archive.add(self._best)).diagonal().clone()
        self._peaks = self._seen_in_pool(pool)

    def draw(self) -> tuple[Tensor, Tensor]:
        """Return the arms pulled (`b x n x c`) and feasible points that have these values (`b n x d`)."""
        search = self._search
        arms = self._exp3.pull(self._n_pulls, generator=search.generator)
        x = search.domain.sample(len(self.owners), generator=search.generator, method="random")
        near = search.moves.of(self._best[self.owners], generator=search.generator)
        is_near = torch.arange(len(x)) % 2 == 0
        x = torch.where(is_near.unsqueeze(1), near, x)
        x[:, self._columns] = self._values[torch.arange(len(self._columns)), arms.flatten(0, 1)]
        return arms, search.domain.project(x)

    def learn(self, arms: Tensor, x: Tensor, values: Tensor) -> None:
        """Reward the arms with the best score seen with each, and keep the best point of each team."""
        scores = self._scores(x, values)[torch.arange(len(x)), self.owners].reshape(len(self._best), -1)
        top, place = scores.max(1)
        better = (top > self._peak).unsqueeze(1)
        reached = x.reshape(*scores.shape, -1)[torch.arange(len(scores)), place]
        self._best = torch.where(better, reached, self._best)
        self._peak = torch.maximum(self._peak, top)
        index = arms.transpose(1, 2)
        gains = scores.unsqueeze(1).expand(index.shape)
        self._peaks = self._peaks.scatter_reduce(2, index, gains, "amax")
        height = (self._peaks.gather(2, index) - self._floor[:, None, None]).clamp_min(0.0)
        full = (self._peak - self._floor).clamp_min(torch.finfo(torch.float64).tiny)
        self._exp3.reward(arms, (height / full[:, None, None]).clamp_max(1.0).transpose(1, 2))

    def _scores(self, x: Tensor, values: Tensor) -> Tensor:
        """Return the sums of all teams at points (`n x b`)."""
        return self.sums.of_values(values)

    def _seen_in_pool(self, scores: Tensor) -> Tensor:
        """Return the best score that the pool has with each arm, `b x c x k`, given its scores `b x p`."""
        at = self._search.pool[:, self._columns].T.unsqueeze(1) == self._values.unsqueeze(2)
        seen = torch.where(at, scores[:, None, None, :], -torch.inf)
        return seen.amax(3)
