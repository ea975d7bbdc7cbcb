"""Tree search over the nominal columns, gradients and moves for the others."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property, partial

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acq_optimizers.ascent import ascend
from hebo.acq_optimizers.climbing import climb
from hebo.acq_optimizers.polish import WeightedSums
from hebo.base import Domain
from mcbo.acq_optimizers.pooled import PooledSearch, Search
from mcbo.acq_optimizers.settling import TIE, settled
from mcbo.acq_optimizers.tree import MonteCarloTreeSearch

MOVES_A_TURN = 2
"""Most moves of a point to a neighbour after its gradient steps."""

STOP = -1
"""The action that ends a sequence of changes."""

Changes = tuple[int, ...]
"""Numbers of changes in ascending order of their columns; the last one may be `STOP`."""


class TreeSearch(PooledSearch):
    """Monte Carlo tree search over sets of changes to a point's nominal columns.

    A state is a set of changes, each of another nominal column (a category, or the other value of a boolean),
    made in the order of the columns, so that no two paths lead to one set; the last action is to stop. A
    complete set is valued by the acquisition, and only what wins there is ever evaluated. This is how the
    SDP game (2512.04829) puts building blocks together, with the roll-outs scored by the model and the
    acquisition instead of a solver. See `mcbo.acq_optimizers.tree` for the search.

    Trees start at the best points of the pool, which fix the other columns. In turns with the trees those
    take gradient steps and moves to neighbouring values, so the set and the numbers fit each other.
    Several values per point: see `Search.starts`. Choices that make no difference to the acquisition stay
    those of the best known point.

    Attributes:
        n_trees: Number of starting points, with a tree each.
        n_iterations: Nodes added to a tree.
        n_rollouts: Random completions of a new node, besides one for each of its actions.
        exploration: Weight of the confidence width, for rewards in `[0, 1]`.
        widening: Factor `k` of the number of children `k n^a` after `n` visits.
        widening_power: Its power `a`.
        n_turns: Times that trees and steps of the other columns take turns.
        n_steps: Most gradient steps in a turn.
    """

    n_pool: int = Field(default=512, ge=4)
    n_trees: int = Field(default=4, ge=1)
    n_iterations: int = Field(default=32, ge=1)
    n_rollouts: int = Field(default=8, ge=0)
    exploration: float = Field(default=math.sqrt(2.0), ge=0)
    widening: float = Field(default=2.0, gt=0)
    widening_power: float = Field(default=0.5, ge=0, le=1)
    n_turns: int = Field(default=2, ge=1)
    n_steps: int = Field(default=8, ge=1)

    def _improve(self, search: Search) -> None:
        x, sums = search.starts(self.n_trees)
        rows, neighbors = torch.arange(self.n_trees), search.neighbors()
        if search.start is not None and (columns := nominal_columns(search.domain, search.moves.levels)):
            home = search.start[0, columns]
            x = settled(partial(sums.plain, rows), search.domain, x, columns, home)
        for _ in range(self.n_turns):
            x = torch.stack([self._best_set(search, sums, row, x[row]) for row in range(self.n_trees)])
            x = ascend(partial(sums.smooth, rows), search.domain, x, n_rounds=self.n_steps)
            x, passed = climb(
                partial(sums.plain, rows), neighbors, x, n_rounds=MOVES_A_TURN, generator=search.generator
            )
            search.archive.add(torch.cat([x, passed]))

    def _best_set(self, search: Search, sums: WeightedSums, row: int, point: Tensor) -> Tensor:
        """Return the best point (`d`) that differs from `point` in nominal columns alone."""
        game = ColumnGame(search.domain, search.moves.levels, point, generator=search.generator)

        def value(ends: list[Changes]) -> list[float]:
            x, is_feasible = game.points(ends)
            scores = torch.full((len(ends),), -torch.inf, dtype=torch.float64)
            if is_feasible.any():
                scores[is_feasible] = sums.of_values(search.archive.add(x[is_feasible]))[:, row]
            return [max(one, -sys.float_info.max / 8) for one in scores.tolist()]

        tree = MonteCarloTreeSearch(
            game,
            value,
            exploration=self.exploration,
            widening=(self.widening, self.widening_power),
            n_rollouts=self.n_rollouts,
            generator=search.generator,
        )
        best = tree.run((), self.n_iterations)
        return point if best is None else game.points([_fewest_changes(tree.values, best)])[0][0]


def _fewest_changes(values: Mapping[Changes, float], best: Changes) -> Changes:
    """Return the smallest set that is worth as much as the best one."""
    least = values[best] - TIE * abs(values[best])
    return min((one for one, value in values.items() if value >= least), key=len)


def nominal_columns(domain: Domain, levels: Mapping[int, Tensor]) -> list[int]:
    """Return the columns whose values have no order, or are just two."""
    return [one for one in sorted(levels) if one in domain.categorical_dims or len(levels[one]) == 2]


class ColumnGame:
    """Changing nominal columns of a point, one after the other.

    Args:
        domain: Where the points lie.
        levels: Discrete column -> its values. Columns of two values, and categories, are nominal.
        point: `d`, where the changes start.
        generator: Orders the categories of a column, as roll-outs prefer what comes first.
    """

    def __init__(
        self, domain: Domain, levels: Mapping[int, Tensor], point: Tensor, *, generator: Generator
    ) -> None:
        self._domain, self._point = domain, point
        self._changes: list[tuple[int, float]] = []
        self._next: list[int] = []
        for column in nominal_columns(domain, levels):
            others = [value for value in levels[column].tolist() if value != float(point[column])]
            others = [others[place] for place in torch.randperm(len(others), generator=generator).tolist()]
            self._changes += [(column, value) for value in others]
            self._next += [len(self._changes)] * len(others)

    def legal_actions(self, state: Changes) -> Sequence[int]:
        """Return the changes of later columns, and to stop; nothing after that."""
        if self.is_terminal(state):
            return ()
        first = self._next[state[-1]] if state else 0
        return (*range(first, len(self._changes)), STOP)

    def step(self, state: Changes, action: int) -> Changes:
        """Return the set with a further change, or ended."""
        return (*state, action)

    def is_terminal(self, state: Changes) -> bool:
        """Say whether the set is complete."""
        return bool(state) and state[-1] == STOP

    def points(self, ends: list[Changes]) -> tuple[Tensor, Tensor]:
        """Return the points (`k x d`) that complete sets lead to, and which of them are feasible."""
        x = self._point.repeat(len(ends), 1)
        for row, end in enumerate(ends):
            for number in end[:-1]:
                column, value = self._changes[number]
                x[row, column] = value
        if self._has_followers:
            x = self._domain.project(x)
        return x, self._domain.contains(x)

    @cached_property
    def _has_followers(self) -> bool:
        """Whether a change makes columns follow that it does not name, as those of conditional parameters do.

        Projection then keeps the change. One that a constraint forbids is undone or balanced by projection,
        slowly, which would lead many sets to one point: such sets count as infeasible.
        """
        x = self._point.repeat(len(self._changes), 1)
        columns = torch.tensor([column for column, _ in self._changes], dtype=torch.long)
        rows = torch.arange(len(x))
        x[rows, columns] = torch.tensor([value for _, value in self._changes], dtype=x.dtype)
        outside = ~self._domain.contains(x)
        if not outside.any():
            return False
        moved = (self._domain.project(x[outside]) != x[outside])[:, sorted(set(columns.tolist()))]
        return bool((~moved.any(1)).any())
