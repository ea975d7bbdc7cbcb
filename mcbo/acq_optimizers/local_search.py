"""Local search: the best points of a pool climb over the neighbourhood graph."""

from __future__ import annotations

from functools import partial

import torch
from pydantic import Field

from hebo.acq_optimizers.climbing import climb
from mcbo.acq_optimizers.pooled import PooledSearch, Search


class LocalSearch(PooledSearch):
    """Steepest ascent by changes of one parameter, from several of the best points of a pool.

    A round looks at every neighbour of every climbing point: all other categories of each categorical
    column, the values next to the present one, swaps of two items of a permutation, steps of a tenth of the
    range on continuous columns. It ends where no neighbour is better, so on a discrete domain every end is a
    local maximum (COMBO, 1902.00448, searches so). Points are climbed side by side and valued
    in one call a round. Several values per point: see `Search.starts`.

    Attributes:
        n_starts: Number of climbing points.
        n_rounds: Most moves of one point.
    """

    n_starts: int = Field(default=20, ge=1)
    n_rounds: int = Field(default=200, ge=1)

    def _improve(self, search: Search) -> None:
        x, sums = search.starts(self.n_starts)
        scores = partial(sums.plain, torch.arange(self.n_starts))
        _, passed = climb(scores, search.neighbors(), x, n_rounds=self.n_rounds, generator=search.generator)
        search.archive.add(passed)
