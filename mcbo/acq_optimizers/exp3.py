"""EXP3: bandits whose rewards obey no law, one bandit per column, several columns and teams at once.

Notation: `b` teams, `c` columns, `k` arms of the column that has most, `n` pulls.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor


class Exp3:
    """EXP3 of Auer et al. (2002, SIAM Journal on Computing 32(1), figure 1), for each column by itself.

    With weights `w` and `K` arms, arm `i` is pulled with probability
    `p_i = (1 - gamma) w_i / sum(w) + gamma / K`; a reward `r` of `[0, 1]` for it multiplies `w_i` by
    `exp(gamma r / (p_i K))`.

    Args:
        n_arms: `c` whole numbers of at least 1.
        gamma: `c` shares of pulls that explore, in (0, 1].
        n_teams: Number `b` of independent sets of bandits.
    """

    def __init__(self, n_arms: Tensor, gamma: Tensor, *, n_teams: int = 1) -> None:
        self._n_arms, self._gamma = n_arms.to(torch.float64), gamma.to(torch.float64)
        longest = int(n_arms.max()) if len(n_arms) else 1
        self._exists = torch.arange(longest) < n_arms.unsqueeze(1)
        start = torch.where(self._exists, 0.0, -torch.inf).to(torch.float64)
        self._log_weights = start.repeat(n_teams, 1, 1)

    def odds(self) -> Tensor:
        """Return the probability of each arm, `b x c x k`; zero where a column has no such arm."""
        gamma, count = self._gamma.unsqueeze(1), self._n_arms.unsqueeze(1)
        mixed = (1.0 - gamma) * self._log_weights.softmax(-1) + gamma / count
        return mixed * self._exists

    def pull(self, n: int, *, generator: Generator) -> Tensor:
        """Draw `n` arms per column, independent of each other: `b x n x c` indices."""
        odds = self.odds()
        b, c, k = odds.shape
        if not c:
            return torch.empty(b, n, 0, dtype=torch.long)
        drawn = torch.multinomial(odds.reshape(b * c, k), n, replacement=True, generator=generator)
        return drawn.reshape(b, c, n).transpose(1, 2)

    def reward(self, arms: Tensor, rewards: Tensor) -> None:
        """Learn from pulls of the present odds, as many as there are; their effects add up.

        Args:
            arms: `b x n x c` indices.
            rewards: `b x n x c`, in [0, 1].
        """
        index = arms.transpose(1, 2)
        odds = self.odds().gather(2, index)
        gain = self._gamma.unsqueeze(1) * rewards.transpose(1, 2) / (odds * self._n_arms.unsqueeze(1))
        weights = self._log_weights.scatter_add(2, index, gain)
        self._log_weights = weights - weights.amax(2, keepdim=True)


def best_exploration(n_arms: Tensor, n_pulls: int) -> Tensor:
    """Return the `gamma` with the smallest bound on the regret of `n_pulls` pulls, for each column (`c`).

    `min(1, sqrt(K ln K / ((e - 1) T)))`, Auer et al. (2002), corollary 3.2, where no reward is above 1.
    """
    k = n_arms.to(torch.float64)
    return (k * k.log() / ((math.e - 1.0) * n_pulls)).sqrt().clamp(1e-3, 1.0)


def nominal_values(levels: dict[int, Tensor], categorical: set[int]) -> tuple[Tensor, Tensor, Tensor]:
    """Return what bandits choose among: the values of the columns that have no useful order.

    These are the categories, and ordered columns of two levels; a column with one value needs no bandit.

    Args:
        levels: Discrete column -> its values.
        categorical: The categorical columns.

    Returns:
        The columns (`c`), their numbers of values (`c`), and the values, `c x k`, filled up with zeros.
    """
    chosen = {
        column: values
        for column, values in levels.items()
        if len(values) == 2 or (column in categorical and len(values) > 1)
    }
    counts = torch.tensor([len(values) for values in chosen.values()], dtype=torch.long)
    table = torch.zeros(len(chosen), int(counts.max()) if len(chosen) else 1, dtype=torch.float64)
    for row, values in enumerate(chosen.values()):
        table[row, : len(values)] = values
    return torch.tensor(list(chosen), dtype=torch.long), counts, table
