"""Pool-based search: what the searches share, a pool to begin with and an archive of the best points.

Notation: `n` starting points, `p` points of the pool, `d` columns, `m` values.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acq_optimizers.polish import WeightedSums, mixtures, starting_rows
from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.base import AcqFunction, AcqOptimizer, Candidates, Domain
from mcbo.acq_optimizers.archive import Archive
from mcbo.acq_optimizers.moves import RandomMoves
from mcbo.acq_optimizers.neighbors import Neighbors

NEAR_SHARE = 0.25
"""Share of the pool that lies near the points worth starting from."""

MAX_CHANGES = 3
"""Most columns in which such a point differs from the one it lies near."""

_HUGE = 1e300


@dataclass(frozen=True)
class Search:
    """One maximization.

    Attributes:
        acq: What is maximized.
        domain: Where.
        archive: Evaluates points and remembers the best.
        moves: Random changes of points.
        pool: `p x d` feasible points.
        values: `p x m`, theirs.
        generator: Source of every random decision.
        start: Points to begin with, best first; None: there are none.
    """

    acq: AcqFunction
    domain: Domain
    archive: Archive
    moves: RandomMoves
    pool: Tensor
    values: Tensor
    generator: Generator
    start: Tensor | None = None

    def starts(self, n: int) -> tuple[Tensor, WeightedSums]:
        """Return starting points (`n x d`), and what each of them shall maximize.

        That is a weighted sum of the values in units of their ranges over the pool: the first `2 m` points
        take one value alone, two for each, the others random mixtures. With one value all maximize it.
        Each point is the best of the pool for its sum that is apart from those chosen before.
        """
        weights = mixtures(n, self.values.shape[1], generator=self.generator)
        sums = WeightedSums(self.acq, self.usable(), weights)
        return self.pool[starting_rows(self.domain, self.pool, sums.of_values(self.values))], sums

    def neighbors(self) -> Neighbors:
        """Return what knows the neighbors of points."""
        return Neighbors(self.domain, self.moves.levels, self.pool, generator=self.generator)

    def usable(self) -> Tensor:
        """Return the values of the pool that are no stand-ins for infinities and failures."""
        usable = (self.values.abs() < _HUGE).all(1)
        return self.values[usable] if bool(usable.any()) else self.values


class PooledSearch(AcqOptimizer, ABC):
    """A search that improves on a pool of points: spread over the domain, and near `start`.

    A domain with no more points than the pool is enumerated instead, and the result is exact.

    Attributes:
        n_pool: Number of points in the pool.
        n_kept: Most points returned; of those with one rank all are.
    """

    n_pool: int = Field(default=1024, ge=4)
    n_kept: int = Field(default=256, ge=1)

    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        """See `hebo.base.AcqOptimizer`."""
        every = domain.points(self.n_pool)
        if every is not None and len(every):
            return rank(every, evaluate(acq, every), limit=self.n_kept)
        moves, archive = RandomMoves(domain, generator=generator), Archive(acq, self.n_kept)
        pool = spread_pool(domain, moves, self.n_pool, start=start, generator=generator)
        self._improve(Search(acq, domain, archive, moves, pool, archive.add(pool), generator, start))
        return archive.candidates()

    @abstractmethod
    def _improve(self, search: Search) -> None:
        """Add better points to the archive."""


def spread_pool(
    domain: Domain, moves: RandomMoves, n: int, *, start: Tensor | None, generator: Generator
) -> Tensor:
    """Return `n` feasible points or a few more: `start` first, then points near it, then points anywhere."""
    if start is None or not len(start):
        return domain.sample(n, generator=generator)
    start = domain.project(start)
    origins = start[torch.arange(int(n * NEAR_SHARE)) % len(start)]
    near = moves.several(origins, MAX_CHANGES, generator=generator)
    return torch.cat([start, near, domain.sample(n - len(near), generator=generator)])
