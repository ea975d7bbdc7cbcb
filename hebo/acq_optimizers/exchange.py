"""Neighbours for discrete hill climbing: all changes of a single column, for many points in one call.

Notation: `k` points, `d` columns, `c` changes per point.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from hebo.base import Domain

MAX_POINTS = 512
"""Changed points evaluated in one round; of more a random part is taken."""

ALL_LEVELS = 8
"""A numeric column with at most so many values may jump to any of them; others go 1, 2, 4, ... values on."""


class Moves:
    """The single-column changes of a domain's discrete columns; a `Neighborhood`.

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

    def of(self, x: Tensor, *, generator: Generator) -> tuple[Tensor, Tensor]:
        """Return changed points (`n x d`), projected, and the row of `x` (`k x d`) of each.

        Args:
            x: Feasible points.
            generator: Chooses the changes looked at where there are too many.
        """
        trials = self._thinned(self.changes(x), generator)
        owners = torch.arange(len(x)).repeat_interleave(trials.shape[1])
        return self._domain.project(trials.flatten(0, 1)), owners

    def changes(self, x: Tensor) -> Tensor:
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

    def _thinned(self, trials: Tensor, generator: Generator) -> Tensor:
        """Return at most `MAX_POINTS` of the changes, the same number for each point."""
        k, c = trials.shape[:2]
        if k * c <= MAX_POINTS:
            return trials
        return trials[:, torch.randperm(c, generator=generator)[: max(1, MAX_POINTS // k)]]
