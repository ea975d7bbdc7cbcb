"""Local refinement of the best points of a search: gradients on continuous columns, neighbors on others.

Notation: `n` polished points, `p` points found before, `d` columns, `m` values.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Generator, Tensor

from hebo.acq_optimizers.ascent import ascend
from hebo.acq_optimizers.climbing import climb
from hebo.acq_optimizers.exchange import Moves
from hebo.acq_optimizers.ranking import evaluate
from hebo.base import AcqFunction, Domain

ASCENT_ROUNDS = 8
"""Gradient steps tried before the first neighbor search; half as many before the second."""

EXCHANGE_ROUNDS = 6
"""Most discrete changes of a point in one neighbor search."""

ALTERNATIONS = 2
"""Most times that gradients and neighbors take turns; points that no neighbor improves are done."""

APART = 0.05
"""Starting points differ by this share of the range in some column, while there are such points."""


def polish(
    acq: AcqFunction, domain: Domain, x: Tensor, values: Tensor, *, n: int, pool: Tensor, generator: Generator
) -> Tensor:
    """Return `n` feasible points (`n x d`), each near a local maximum of a weighted sum of the values.

    The first `2 m` of them maximize one value alone, two for each; the rest random mixtures of all, which
    spreads them over the convex part of the Pareto front.

    Args:
        acq: What is maximized; differentiable if the domain has continuous columns, or without a gradient,
            in which case these columns stay as they are.
        domain: Where to stay.
        x: `p x d` points to start from.
        values: `p x m`, theirs.
        n: How many are wanted.
        pool: Points of the domain that show which values its discrete columns take.
        generator: Source of every random decision.
    """
    sums = WeightedSums(acq, values, mixtures(n, values.shape[1], generator=generator))
    chosen = x[starting_rows(domain, x, sums.of_values(values))]
    moves, rows = Moves(domain, pool), torch.arange(n)
    for turn in range(1, ALTERNATIONS + 1):
        n_rounds = ASCENT_ROUNDS // turn
        chosen[rows] = ascend(partial(sums.smooth, rows), domain, chosen[rows], n_rounds=n_rounds)
        if not moves:
            return chosen
        before = chosen[rows]
        climbed, _ = climb(
            partial(sums.plain, rows), moves, before, n_rounds=EXCHANGE_ROUNDS, generator=generator
        )
        chosen[rows] = climbed
        rows = rows[(climbed != before).any(1)]
        if not len(rows):
            break
    return chosen


class WeightedSums:
    """One scalar function per polished point: its own weights, on values in units of their ranges.

    Args:
        acq: The values.
        values: `p x m` values that show the ranges.
        weights: `n x m`.
    """

    def __init__(self, acq: AcqFunction, values: Tensor, weights: Tensor) -> None:
        self._acq = acq
        width = values.amax(0) - values.amin(0)
        self._weights = weights / torch.where(width > 0, width, torch.ones_like(width))

    def of_values(self, values: Tensor) -> Tensor:
        """Return all sums of given values, `p x n`."""
        return values @ self._weights.T

    def smooth(self, rows: Tensor, x: Tensor) -> Tensor:
        """Return with its gradient the sum number `rows[i]` at point `i`."""
        return (self._acq(x.unsqueeze(-2)) * self._weights[rows]).sum(1)

    def units(self, rows: Tensor) -> Tensor:
        """Return what the values of some points are multiplied by, `k x m`."""
        return self._weights[rows]

    def plain(self, rows: Tensor, x: Tensor, owners: Tensor) -> Tensor:
        """Return the sum number `rows[owners[i]]` at point `i`."""
        return (evaluate(self._acq, x) * self._weights[rows[owners]]).sum(1)


def mixtures(n: int, m: int, *, generator: Generator) -> Tensor:
    """Return weights (`n x m`) that sum to one: each value alone in turn, twice, then uniform mixtures."""
    single = torch.eye(m, dtype=torch.float64).repeat(2, 1)[:n]
    uniform = torch.rand(n - len(single), m, dtype=torch.float64, generator=generator)
    mixed = -uniform.clamp_min(1e-300).log()
    return torch.cat([single, mixed / mixed.sum(1, keepdim=True)])


def starting_rows(domain: Domain, x: Tensor, scores: Tensor) -> Tensor:
    """Choose for each column of `scores` (`p x n`) the best row of `x` apart from those chosen before."""
    lower, upper = domain.bounds
    shares = (x - lower) / (upper - lower).clamp_min(1e-12)
    near = torch.zeros(len(x), dtype=torch.bool)
    rows = []
    for score in scores.T:
        rows.append(int(score.masked_fill(near, -torch.inf).argmax()))
        near |= (shares - shares[rows[-1]]).abs().amax(1) < APART
        if near.all():
            near.zero_()
    return torch.tensor(rows)
