"""Neighborhood graph: the neighbors of many points at once.

Notation: `k` points, `n` neighbors of all of them, `c` changes of a point, `d` columns.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Generator, Tensor

from hebo.base import Domain
from hebo.design_space.parameters.scalar import NEIGHBOR_STEP

N_PROBES = 4
"""Points at which the changes of single columns are compared with what the domain calls neighbors."""


class Neighbors:
    """`Domain.neighbors` of many points.

    The domain answers for one point at a time. Where its neighbors are the feasible changes of single
    columns (to another category, the next level, a tenth of the range further), they are made here for all
    points together; a few points of a pool show whether that is so. It is not for orders of items, for
    conditional parameters and under linear equations: there the domain is asked point by point.

    Args:
        domain: Says what the neighbors are.
        levels: Discrete column -> its values, see `mcbo.acq_optimizers.moves.column_levels`.
        pool: `p x d` points of the domain, at least one.
        generator: See `of`.
    """

    def __init__(
        self, domain: Domain, levels: Mapping[int, Tensor], pool: Tensor, *, generator: Generator
    ) -> None:
        self._domain = domain
        self._changes = _Changes(domain, levels)
        chosen = torch.linspace(0, len(pool) - 1, min(N_PROBES, len(pool))).long()
        self.is_simple = all(self._is_simple_at(point, generator) for point in pool[chosen])

    def of(self, x: Tensor, *, generator: Generator) -> tuple[Tensor, Tensor]:
        """Return the neighbors (`n x d`) of the rows of `x` (`k x d`), and the row of each (`n`).

        Args:
            x: Feasible points.
            generator: Chooses a part where a parameter has too many neighbors.
        """
        if self.is_simple:
            points, owners = self._changes.of(x)
            inside = self._domain.contains(points)
            return points[inside], owners[inside]
        found = [self._domain.neighbors(row, generator=generator) for row in x]
        owners = torch.arange(len(x)).repeat_interleave(torch.tensor([len(one) for one in found]))
        return torch.cat([x[:0], *found]), owners

    def _is_simple_at(self, point: Tensor, generator: Generator) -> bool:
        """Say whether the discrete neighbors of a point (`d`) are feasible changes of single columns.

        Steps of continuous columns only need to be as many: those of a part of a domain are shorter here.
        """
        truth = self._domain.neighbors(point, generator=generator)
        changed, _ = self._changes.of(point.unsqueeze(0))
        changed = changed[self._domain.contains(changed)]
        if len(changed) < len(truth):
            return False
        continuous = [j for j in range(len(point)) if j not in self._domain.discrete_dims]
        truth, changed = (
            torch.unique(x[(x == point)[:, continuous].all(1)], dim=0) for x in (truth, changed)
        )
        return truth.shape == changed.shape and torch.allclose(truth, changed, rtol=1e-9, atol=1e-12)


class _Changes:
    """The changes of single columns, side by side: `c` columns, each with a step.

    The step of a category is its new value; the others say how many places or tenths of the range to go.
    """

    def __init__(self, domain: Domain, levels: Mapping[int, Tensor]) -> None:
        lower, upper = domain.bounds
        steps = {
            column: levels[column].tolist() if column in domain.categorical_dims else [-1.0, 1.0]
            for column in (upper > lower).nonzero()[:, 0].tolist()
        }
        self._column = torch.tensor([column for column, some in steps.items() for _ in some]).long()
        self._step = torch.tensor([step for some in steps.values() for step in some], dtype=torch.float64)
        self._low, self._high = lower[self._column], upper[self._column]
        sets = [levels.get(column, lower[:0]) for column in self._column.tolist()]
        self._is_category = torch.tensor([c in domain.categorical_dims for c in self._column.tolist()]).bool()
        self._last = torch.tensor([len(values) - 1 for values in sets]).long()
        self._levels = torch.full((len(sets), max(map(len, sets), default=0) or 1), torch.inf).to(lower)
        for row, values in enumerate(sets):
            self._levels[row, : len(values)] = values

    def of(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return all changed points (`n x d`, feasible or not), and the row of `x` of each."""
        here = x[:, self._column]
        changes = torch.arange(len(self._column))
        place = (self._levels - here.unsqueeze(2)).abs().argmin(2) + self._step.long()
        beside = self._levels[changes, torch.minimum(place.clamp_min(0), self._last.clamp_min(0))]
        further = here + self._step * NEIGHBOR_STEP * (self._high - self._low)
        moved = torch.where(self._last < 0, further.clamp(self._low, self._high), beside)
        targets = torch.where(self._is_category, self._step, moved)
        owners, change = (targets != here).nonzero(as_tuple=True)
        points = x[owners]
        points[torch.arange(len(points)), self._column[change]] = targets[owners, change]
        return points, owners
