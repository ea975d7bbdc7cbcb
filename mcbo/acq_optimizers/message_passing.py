"""Message passing: the maximum of an additive acquisition over trees of columns, exact where discrete.

Notation: `d` columns, `l` values that a column may take, `p` points of a component.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import ADDITIVE_ACQ, Ability, AdditiveAcq
from hebo.acq_optimizers.climbing import climb
from hebo.acq_optimizers.ranking import evaluate
from hebo.base import AcqFunction, AcqOptimizer, Candidates, Domain
from hebo.errors import IncompatibleError
from mcbo.acq_optimizers.archive import Archive
from mcbo.acq_optimizers.forest import Edge, find_cycle, maximise
from mcbo.acq_optimizers.moves import RandomMoves
from mcbo.acq_optimizers.neighbors import Neighbors
from mcbo.acq_optimizers.pooled import MOST_CHANGES, spread_pool

MOST_LEVELS = 64
"""A discrete column with at most so many levels is searched exactly; one with more like a continuous one."""

WINDOW = 2
"""A finer grid reaches so many spacings of the last one to each side of the best point."""

CLIMB_ROUNDS = 100
"""Most moves of the local search that ends a maximisation."""


class MessagePassing(AcqOptimizer):
    """Max-sum over the forest of pairs of columns that the components of the acquisition depend on.

    RDUCB's search (Ziomek and Bou-Ammar, 2301.12844): discrete columns take all their levels, continuous
    ones the points of a grid, which is then drawn around the best point and made finer, again and again.
    Where every column is discrete with at most 64 levels, the result is the maximum over all combinations of
    these.

    Local search then climbs from that point, in vain if it is such a maximum. A maximum that the domain does
    not contain (a constraint, an order, a trust region) is projected before, and local search climbs from
    the best point of a random pool and from `start` as well. Columns that no
    component depends on are taken from `start`, or at random. Neighbours of the result and the pool follow
    it in the ranking, for batches. An additive acquisition has one value per point, so there is no Pareto
    front.

    Attributes:
        n_grid: Points of the grid of a continuous column.
        n_zooms: Times that the grid is drawn anew.
        n_pool: Random points ranked with the result.
        n_kept: Most points returned.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset({ADDITIVE_ACQ})

    n_grid: int = Field(default=17, ge=3)
    n_zooms: int = Field(default=8, ge=0)
    n_pool: int = Field(default=256, ge=1)
    n_kept: int = Field(default=256, ge=1)

    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        """See `hebo.base.AcqOptimizer`.

        Raises:
            IncompatibleError: If the acquisition is no sum of components of one or two columns each, or the
                pairs form a cycle.
        """
        total = _Sum.of(acq)
        moves, archive = RandomMoves(domain, generator=generator), Archive(acq, self.n_kept)
        pool = spread_pool(domain, moves, self.n_pool, start=start, generator=generator)
        archive.add(pool)
        peak = self._peak(total, domain, moves, pool[0])
        x = domain.project(peak.unsqueeze(0))
        if bool(((x - peak).abs() > 1e-9 * (domain.bounds[1] - domain.bounds[0])).any()):
            x = torch.cat([x, archive.x[:1], pool[:1]])
        _, passed = climb(
            lambda points, _: evaluate(acq, points)[:, 0],
            Neighbors(domain, moves.levels, pool, generator=generator),
            x,
            n_rounds=CLIMB_ROUNDS,
            generator=generator,
        )
        archive.add(passed)
        archive.add(moves.several(archive.x[:1].repeat(self.n_pool, 1), MOST_CHANGES, generator=generator))
        return archive.candidates()

    def _peak(self, total: _Sum, domain: Domain, moves: RandomMoves, base: Tensor) -> Tensor:
        """Return the best point (`d`) on grids that become finer; the domain may not contain it."""
        axes = {column: _Axis.of(domain, moves, column, self.n_grid) for column in total.columns}
        peak = base.clone()
        values = {column: axis.first() for column, axis in axes.items()}
        for zoom in range(self.n_zooms + 1):
            for column, index in total.maximum(values).items():
                peak[column] = values[column][index]
            if not any(axis.zooms for axis in axes.values()):
                break
            share = (2 * WINDOW / (self.n_grid - 1)) ** (zoom + 1)
            values = {column: axis.around(peak[column], share) for column, axis in axes.items()}
        return peak


@dataclass(frozen=True)
class _Axis:
    """The values that one column is searched over.

    Attributes:
        levels: All of them if the column is discrete.
        low: Lower bound.
        high: Upper bound.
        n_grid: How many to look at where there are too many.
    """

    levels: Tensor | None
    low: Tensor
    high: Tensor
    n_grid: int

    @classmethod
    def of(cls, domain: Domain, moves: RandomMoves, column: int, n_grid: int) -> _Axis:
        low, high = domain.bounds[:, column]
        return cls(moves.levels.get(column), low, high, n_grid)

    @property
    def zooms(self) -> bool:
        """Whether the values depend on where one looks."""
        return bool(self.high > self.low) if self.levels is None else len(self.levels) > MOST_LEVELS

    def first(self) -> Tensor:
        """Return the values looked at first."""
        return self.around((self.low + self.high) / 2, 1.0)

    def around(self, center: Tensor, share: float) -> Tensor:
        """Return `center` and values next to it, within `share` of the range."""
        if not self.zooms:
            return center.reshape(1) if self.levels is None else self.levels
        half = share * (self.high - self.low) / 2
        steps = torch.linspace(-1, 1, self.n_grid, dtype=torch.float64)
        grid = torch.cat([center.reshape(1), center + half * steps]).clamp(self.low, self.high)
        if self.levels is None:
            return _sorted(grid)
        nearest = self.levels[(grid.unsqueeze(1) - self.levels).abs().argmin(1)]
        return _sorted(nearest)


@dataclass(frozen=True)
class _Sum:
    """An additive acquisition over a forest.

    Attributes:
        acq: The acquisition.
        columns: The columns that it depends on.
    """

    acq: AdditiveAcq
    columns: list[int]

    @classmethod
    def of(cls, acq: AcqFunction) -> _Sum:
        """Check that an acquisition is such a sum.

        Raises:
            IncompatibleError: See `MessagePassing.maximize`.
        """
        if not isinstance(acq, AdditiveAcq):
            raise IncompatibleError(
                "MessagePassing needs an acquisition that is a sum over few columns, with `cliques` and "
                f"`components(index, points)` (hebo.abilities.AdditiveAcq); {type(acq).__name__} has "
                "none. Use an additive surrogate and acquisition, or LocalSearch"
            )
        large = next((one for one in acq.cliques if len(one) > 2), None)
        if large is not None:
            raise IncompatibleError(
                f"MessagePassing takes components of one or two columns, one depends on {large}; "
                "use a tree of pairs, or LocalSearch"
            )
        edges = dict.fromkeys((min(one), max(one)) for one in acq.cliques if len(one) == 2)
        if (edge := find_cycle(edges)) is not None:
            raise IncompatibleError(
                f"MessagePassing needs components that form a forest, the pair {edge} closes a cycle; "
                "leave out a pair of the cycle, or use LocalSearch"
            )
        return cls(acq, sorted({column for one in acq.cliques for column in one}))

    @torch.no_grad()
    def maximum(self, values: dict[int, Tensor]) -> dict[int, int]:
        """Return the index of the best value of each column, among all combinations of `values`."""
        unary = {column: torch.zeros(len(one), dtype=torch.float64) for column, one in values.items()}
        pairs: dict[Edge, Tensor] = {}
        for index, clique in enumerate(self.acq.cliques):
            if not clique:  # a constant
                continue
            points = torch.cartesian_prod(*(values[column] for column in clique)).reshape(-1, len(clique))
            table = _finite(self.acq.components(index, points)).reshape([len(values[c]) for c in clique])
            if len(clique) == 1:
                unary[clique[0]] = unary[clique[0]] + table
            else:
                edge = (min(clique), max(clique))
                pairs[edge] = pairs.get(edge, 0.0) + (table if clique == edge else table.T)
        return maximise(unary, pairs)


def _finite(values: Tensor) -> Tensor:
    """Return values that can be added and compared: what is not a number is the worst there is."""
    worst = -torch.finfo(torch.float64).max / 1e6
    return values.to(torch.float64).nan_to_num(nan=worst, posinf=-worst, neginf=worst)


def _sorted(values: Tensor) -> Tensor:
    """Return the distinct values in order."""
    distinct: Tensor = torch.unique(values)
    return distinct
