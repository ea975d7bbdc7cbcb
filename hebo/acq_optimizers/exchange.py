"""Neighbour search on discrete columns: all changes of a single column, for many points in one call.

Notation: `k` points, `d` columns, `c` changes per point.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from hebo.base import Domain

MAX_POINTS = 512
"""Changed points evaluated in one round; of more a random part is taken."""

ALL_LEVELS = 8
"""A numeric column with at most so many values may jump to any of them; others go 1, 2, 4, ... values on."""


class Moves:
    """The single-column changes of a domain's discrete columns.

    Args:
        domain: Where the points lie.
        pool: `p x d` points of the domain that show which values its columns take. A value that no point
            of the pool has is not moved to.
    """

    def __init__(self, domain: Domain, pool: Tensor) -> None:
        self._domain = domain
        self._levels = {
            column: levels
            for column in sorted(domain.discrete_dims)
            if len(levels := torch.unique(pool[:, column])) > 1
        }

    def __bool__(self) -> bool:
        """Say whether anything can move."""
        return bool(self._levels)

    def of(self, x: Tensor) -> Tensor:
        """Return `k x c x d` points: the rows of `x`, each changed in one column, not projected."""
        blocks = []
        for column, levels in self._levels.items():
            targets = self._targets(column, levels, x[:, column].contiguous())
            block = x.unsqueeze(1).repeat(1, targets.shape[1], 1)
            block[:, :, column] = targets
            blocks.append(block)
        return torch.cat(blocks, dim=1)

    def _targets(self, column: int, levels: Tensor, values: Tensor) -> Tensor:
        """Return the values (`k x t`) that a column may change to; some may be the present one."""
        if column in self._domain.categorical_dims or len(levels) <= ALL_LEVELS:
            return levels.expand(len(values), -1)
        jumps = [2**power for power in range(len(levels).bit_length() - 1)]
        place = torch.searchsorted(levels, values)
        offsets = torch.tensor([-jump for jump in jumps] + jumps)
        return levels[(place.unsqueeze(1) + offsets).clamp(0, len(levels) - 1)]

    def climb(
        self, function: Callable[[Tensor, Tensor], Tensor], x: Tensor, *, n_rounds: int, generator: Generator
    ) -> Tensor:
        """Take the best change of each point, again and again, while it is a gain.

        Args:
            function: Points (`n x d`) and the row of `x` that each descends from (`n`) -> `n` values.
            x: `k x d` feasible points.
            n_rounds: Most changes of one point.
            generator: Chooses the changes looked at where there are too many.

        Returns:
            The points reached.
        """
        x, rows = x.clone(), torch.arange(len(x))
        best = function(x, rows)
        for _ in range(n_rounds):
            trials = self._thinned(self.of(x[rows]), generator)
            owners = rows.repeat_interleave(trials.shape[1])
            points = self._domain.project(trials.flatten(0, 1))
            values, index = function(points, owners).reshape(len(rows), -1).max(1)
            gains = values > best[rows] + 1e-12 * best[rows].abs()
            reached = points.reshape(trials.shape)[torch.arange(len(rows)), index]
            rows = rows[gains]
            best[rows] = values[gains]
            if not len(rows):
                break
            x[rows] = reached[gains]
        return x

    def _thinned(self, trials: Tensor, generator: Generator) -> Tensor:
        """Return at most `MAX_POINTS` of the changes, the same number for each point."""
        k, c = trials.shape[:2]
        if k * c <= MAX_POINTS:
            return trials
        return trials[:, torch.randperm(c, generator=generator)[: max(1, MAX_POINTS // k)]]
