"""Mutation: random changes of single columns, for many points at once.

Notation: `n` points, `d` columns, `l` levels.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from hebo.base import Domain

N_SHOWN = 1024
"""Points drawn to see which values the discrete columns take; without constraints they show 512 levels."""

N_TRIALS = 8
"""Changes drawn for each point; the first feasible one is taken."""

ADJACENT_SHARE = 0.5
"""Share of the changes of an ordered discrete column that go to the next value up or down."""

LOG_SCALES = (-3.0, -0.5)
"""Decimal exponents of the smallest and largest step of a continuous column, in shares of its range."""


def column_levels(domain: Domain, *, generator: Generator) -> dict[int, Tensor]:
    """Return for each discrete column the values within its bounds, in order.

    Categories are known. Of the other columns the ends of the bounds and a spread sample show the values, so
    of a column with very many of them a part is missing. A constraint may forbid a value that is listed.
    """
    lower, upper = domain.bounds
    ordered = [column for column in domain.discrete_dims if column not in domain.categorical_dims]
    shown = domain.bounds
    if bool((upper > lower)[ordered].any()):
        shown = torch.cat([shown, domain.sample(N_SHOWN, generator=generator)])
    found = {}
    for column in sorted(domain.discrete_dims):
        count = domain.categorical_dims.get(column)
        codes = torch.unique(shown[:, column]) if count is None else torch.arange(count).to(shown)
        found[column] = codes[(codes >= lower[column]) & (codes <= upper[column])]
    return found


class RandomMoves:
    """Single-column changes: another category, a nearby or any other level, a step on a continuous scale.

    Steps of continuous columns are normal with a scale that is log-uniform over `LOG_SCALES`.

    Args:
        domain: Where the points lie.
        generator: Draws the sample that shows the levels.

    Attributes:
        levels: Discrete column -> its values, see `column_levels`.
    """

    def __init__(self, domain: Domain, *, generator: Generator) -> None:
        self._domain = domain
        self.levels = column_levels(domain, generator=generator)
        self._width = domain.bounds[1] - domain.bounds[0]
        d, longest = len(self._width), max(map(len, self.levels.values()), default=1)
        self._counts = torch.zeros(d, dtype=torch.long)
        self._table = torch.full((d, longest), torch.inf, dtype=torch.float64)
        for column, values in self.levels.items():
            self._counts[column] = len(values)
            self._table[column, : len(values)] = values
        is_discrete = torch.tensor([column in self.levels for column in range(d)])
        self._free = torch.where(is_discrete, self._counts > 1, self._width > 0).nonzero()[:, 0]
        self._is_category = torch.tensor([column in domain.categorical_dims for column in range(d)])

    def of(self, x: Tensor, *, generator: Generator) -> Tensor:
        """Return feasible points (`n x d`), each one change of one column away from its row of `x`.

        Where no trial is feasible one is projected, which may change more columns (a permutation, a
        conditional parameter, a constraint) or none.
        """
        n, d = x.shape
        if not len(self._free) or not n:
            return x
        trials = self._changed(x.repeat(N_TRIALS, 1), generator)
        inside = self._domain.contains(trials).reshape(N_TRIALS, n)
        first = inside.to(torch.uint8).argmax(0)
        chosen = trials.reshape(N_TRIALS, n, d)[first, torch.arange(n)]
        # Two items of an order at one position would always settle in the same way.
        noise = 1e-6 * self._width * torch.randn(n, d, dtype=torch.float64, generator=generator)
        return self._domain.project(torch.where(inside.any(0).unsqueeze(1), chosen, chosen + noise))

    def several(self, x: Tensor, n_most: int, *, generator: Generator) -> Tensor:
        """Return points that are 1 to `n_most` changes away from their rows of `x`, in equal shares."""
        moved = x.clone()
        for times in range(n_most):
            first = times * len(x) // n_most
            moved[first:] = self.of(moved[first:], generator=generator)
        return moved

    def _changed(self, x: Tensor, generator: Generator) -> Tensor:
        """Return `x` with one column of each row changed, not projected."""
        rows = torch.arange(len(x))
        column = self._free[torch.randint(len(self._free), (len(x),), generator=generator)]
        values = x[rows, column]
        is_discrete = self._counts[column] > 0
        targets = torch.where(
            is_discrete, self._level(values, column, generator), self._step(values, column, generator)
        )
        return x.scatter(1, column.unsqueeze(1), targets.unsqueeze(1))

    def _level(self, values: Tensor, column: Tensor, generator: Generator) -> Tensor:
        """Return another level of each column (`n`); meaningless for continuous columns."""
        count = self._counts[column].clamp_min(1)
        table = self._table[column]
        place = (table - values.unsqueeze(1)).abs().argmin(1)
        u = torch.rand(3, len(values), dtype=torch.float64, generator=generator)
        anywhere = (place + 1 + (u[0] * (count - 1)).long()) % count
        sign = torch.where(u[1] < 0.5, -1, 1)
        outside = (place + sign < 0) | (place + sign >= count)
        beside = torch.minimum((place + torch.where(outside, -sign, sign)).clamp_min(0), count - 1)
        is_near = (u[2] < ADJACENT_SHARE) & ~self._is_category[column]
        return table[torch.arange(len(values)), torch.where(is_near, beside, anywhere)]

    def _step(self, values: Tensor, column: Tensor, generator: Generator) -> Tensor:
        """Return values a normal step away (`n`)."""
        low, high = LOG_SCALES
        scale = 10.0 ** (
            low + (high - low) * torch.rand(len(values), dtype=torch.float64, generator=generator)
        )
        return values + scale * self._width[column] * torch.randn(
            len(values), dtype=torch.float64, generator=generator
        )
