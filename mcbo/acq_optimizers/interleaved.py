"""Interleaved search: gradient steps on continuous columns take turns with moves of single parameters."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from pydantic import Field

from hebo.acq_optimizers.ascent import ascend
from hebo.acq_optimizers.climbing import climb
from mcbo.acq_optimizers.neighbors import Neighbors
from mcbo.acq_optimizers.pooled import PooledSearch, Search, spread_pool

MOVES_A_TURN = 2
"""Most moves of a point before the gradient has its turn again."""


class InterleavedSearch(PooledSearch):
    """Gradient steps on the continuous columns, then the best changes of single parameters, and again.

    Casmopolitan's search (Wan et al., 2102.07188) with three differences: the gradient steps
    are those of `hebo.acq_optimizers.ascent`, the discrete move is the best of all neighbours and not a
    random one, and every point is projected and compared *after* its step, so it is feasible and never
    worse than before. A point that neither improves is done. A restart begins from a new pool, a part of
    which lies near the best points so far. Several values per point: see `Search.starts`.

    Attributes:
        n_starts: Number of points that climb side by side.
        n_rounds: Most turns of gradients and moves.
        n_steps: Most gradient steps in a turn.
        n_restarts: Number of new pools after the first.
    """

    n_pool: int = Field(default=512, ge=4)
    n_starts: int = Field(default=8, ge=1)
    n_rounds: int = Field(default=40, ge=1)
    n_steps: int = Field(default=8, ge=1)
    n_restarts: int = Field(default=1, ge=0)

    def _improve(self, search: Search) -> None:
        neighbors = search.neighbors()
        self._interleave(search, neighbors)
        for _ in range(self.n_restarts):
            best = search.archive.x[: self.n_starts]
            pool = spread_pool(
                search.domain, search.moves, self.n_pool, start=best, generator=search.generator
            )
            # The points passed so far would be chosen as starting points again; only their neighbours may.
            pool = pool[len(best) :]
            self._interleave(replace(search, pool=pool, values=search.archive.add(pool)), neighbors)

    def _interleave(self, search: Search, neighbors: Neighbors) -> None:
        """Climb from the best points of the pool until none moves any more."""
        x, sums = search.starts(self.n_starts)
        rows = torch.arange(self.n_starts)
        for _ in range(self.n_rounds):
            before = x[rows]
            stepped = ascend(partial(sums.smooth, rows), search.domain, before, n_rounds=self.n_steps)
            x[rows], passed = climb(
                partial(sums.plain, rows),
                neighbors,
                stepped,
                n_rounds=MOVES_A_TURN,
                generator=search.generator,
            )
            search.archive.add(passed)
            rows = rows[(x[rows] != before).any(1)]
            if not len(rows):
                break
