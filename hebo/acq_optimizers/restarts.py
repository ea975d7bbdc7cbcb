"""Searches from several starting points side by side: screening, steps on columns, moves of discrete ones.

Notation: `r` restarts, `k` of them still under way, `d` columns, `f` columns that steps move, `m` values;
`z`, `k x f`: these columns in shares of their ranges, from 0 to 1.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acq_optimizers.climbing import climb
from hebo.acq_optimizers.exchange import Moves
from hebo.acq_optimizers.polish import WeightedSums, mixtures, starting_rows
from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.acq_optimizers.screening import LOCAL_SHARE, screen
from hebo.base import AcqFunction, AcqOptimizer, Candidates, Domain

NEAR_SHARE = 0.25
"""Share of the restarts from the best points of all, which may all climb to one maximum near `start`."""

N_TURNS = 3
"""Most times that steps and moves take turns; a restart that no move improves is done."""

N_MOVES = 20
"""Most moves of a restart in one turn."""

N_KEPT = 100
"""Candidates ranked, or the whole Pareto front where that is larger."""


class RestartSearch(AcqOptimizer, ABC):
    """Base of searches that improve the best of many screened points, each in its own restart.

    Starting points are the best of a pool, apart from one another: a quarter of them the best of all, of
    random points and points near `start`, the others the best of the random ones. A subclass improves all of
    them at once by steps; single discrete columns then change while that is a gain, and steps and moves take
    turns. Every point is projected into the domain, so constraints and pinned columns hold. Of several values
    per point each restart maximizes one, or a weighted sum of them (see `hebo.acq_optimizers.polish`). Points
    reached, passed and screened are ranked together, so the result is never worse than the best point of the
    pool. A domain with no more points than the pool is enumerated.

    Attributes:
        moves_discrete: Whether steps move discrete columns too, which are rounded, or numbers alone.
        n_raw: Size of the pool.
        n_restarts: Number of starting points.
    """

    moves_discrete: ClassVar[bool] = False

    n_raw: int = Field(default=512, ge=1)
    n_restarts: int = Field(default=20, ge=1)

    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        """See `hebo.base.AcqOptimizer`."""
        every = domain.points(self.n_raw)
        if every is not None:
            return rank(every, evaluate(acq, every), limit=N_KEPT)
        pool = screen(domain, self.n_raw, generator=generator, start=start)
        values = evaluate(acq, pool)
        weights = mixtures(self.n_restarts, values.shape[1], generator=generator)
        # Their scale is that of the better half: the worst values may be infinite.
        sums = WeightedSums(acq, values.maximum(values.median(dim=0).values), weights)
        has_start = start is not None and len(start) > 0
        n_spread = self.n_raw - int(self.n_raw * LOCAL_SHARE) if has_start else len(pool)
        x = pool[chosen_starts(domain, pool, sums.of_values(values), n_spread)]
        found = self._from(x, sums, Moves(domain, pool), acq, domain, generator)
        return rank(torch.cat([pool, found]), torch.cat([values, evaluate(acq, found)]), limit=N_KEPT)

    def _from(
        self,
        x: Tensor,
        sums: WeightedSums,
        moves: Moves,
        acq: AcqFunction,
        domain: Domain,
        generator: Generator,
    ) -> Tensor:
        """Return the points that steps and moves reach and pass from `r x d` points."""
        rows, found = torch.arange(len(x)), []
        columns = moving_columns(domain, with_discrete=self.moves_discrete)
        for _ in range(N_TURNS):
            if columns:
                part = Part(acq, sums, domain, columns, rows, x[rows])
                reached = self._improve(part, generator=generator)
                found.append(reached)
                x[rows] = part.better(reached)
            if not moves:
                break
            before = x[rows]
            x[rows], passed = climb(
                partial(sums.plain, rows), moves, before, n_rounds=N_MOVES, generator=generator
            )
            found.append(passed)
            rows = rows[(x[rows] != before).any(1)]
            if not columns or not len(rows):
                break
        return torch.cat([x[:0], *found])

    @abstractmethod
    def _improve(self, part: Part, *, generator: Generator) -> Tensor:
        """Return feasible points (`k x d`), one reached from each point of `part`, better or not."""


def chosen_starts(domain: Domain, pool: Tensor, scores: Tensor, n_spread: int) -> Tensor:
    """Choose for each column of `scores` (`p x r`) a good row of the pool, apart from those chosen before.

    Args:
        domain: Where points lie.
        pool: `p x d` points, of which the last ones are spread over the domain.
        scores: Their values in each restart.
        n_spread: How many are. For `NEAR_SHARE` of the restarts any point can be chosen, for others these.
    """
    n_any = math.ceil(NEAR_SHARE * scores.shape[1]) if n_spread < len(pool) else scores.shape[1]
    first = starting_rows(domain, pool, scores[:, :n_any])
    others = starting_rows(domain, pool[-n_spread:], scores[-n_spread:, n_any:])
    return torch.cat([first, others.long() + len(pool) - n_spread])


def moving_columns(domain: Domain, *, with_discrete: bool) -> list[int]:
    """Return the columns of positive range, without or with discrete ones."""
    width = domain.bounds[1] - domain.bounds[0]
    return [
        column
        for column in range(len(width))
        if width[column] > 0 and (with_discrete or column not in domain.discrete_dims)
    ]


@dataclass(frozen=True)
class Part:
    """Points whose other columns stay as they are, and the value of each as a function of its shares.

    Attributes:
        acq: The acquisition itself.
        sums: The scalar function of each restart.
        domain: Where points lie.
        columns: Those that move, `f` of them.
        rows: The numbers of the restarts, `k`.
        x: Where they are, `k x d`, feasible.
    """

    acq: AcqFunction
    sums: WeightedSums
    domain: Domain
    columns: list[int]
    rows: Tensor
    x: Tensor

    def shares(self, x: Tensor) -> Tensor:
        """Return the moving columns of points as shares of their ranges."""
        lower, upper = self.domain.bounds[:, self.columns]
        shares: Tensor = ((x[..., self.columns] - lower) / (upper - lower)).clamp(0.0, 1.0)
        return shares

    def points(self, z: Tensor) -> Tensor:
        """Return the points with given shares, differentiable and not projected."""
        lower, upper = self.domain.bounds[:, self.columns]
        return self.x.index_copy(1, torch.tensor(self.columns), lower + z * (upper - lower))

    def feasible(self, z: Tensor) -> Tensor:
        """Return the nearest feasible points to those with given shares."""
        return self.domain.project(self.points(z))

    def settled(self, z: Tensor) -> Tensor:
        """Return the shares of the nearest feasible points."""
        return self.shares(self.feasible(z))

    def slopes(self, z: Tensor) -> tuple[Tensor, Tensor] | None:
        """Return values (`k`) and gradients (`k x f`), finite; None of a function without a gradient."""
        with torch.enable_grad():
            z = z.detach().requires_grad_()
            values = self.sums.smooth(self.rows, self.points(z))
            if not values.requires_grad:
                return None
            (gradient,) = torch.autograd.grad(values.sum(), z)
        return values.detach(), gradient.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0)  # nowhere to go

    def values(self, x: Tensor) -> Tensor:
        """Return the value of each restart, `k`, at points `k x d`."""
        return self.sums.plain(self.rows, x, torch.arange(len(x)))

    def better(self, x: Tensor) -> Tensor:
        """Return of each restart the better of the points where it was and of others, `k x d`."""
        return torch.where((self.values(x) > self.values(self.x)).unsqueeze(1), x, self.x)

    def some(self, which: Tensor) -> Part:
        """Return the part of some restarts, by their places."""
        return Part(self.acq, self.sums, self.domain, self.columns, self.rows[which], self.x[which])
