"""A design space as columns of tasks."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.surrogates.neural_process.space_points import SpacePoints
from hebo.training.tasks import Columns


class TaskColumns:
    """The columns of tasks over one space, in its order: numeric ones first, then categories.

    Args:
        space: Without sequences and permutations.
    """

    def __init__(self, space: DesignSpace) -> None:
        self.space, points = space, SpacePoints(space)
        self._split = points.columns
        self.columns = Columns(points.levels, points.categories)

    def to_encoded(self, x: Tensor) -> Tensor:
        """Return encoded points of the space, `... x d`, of task points, `... x d`."""
        k, found = len(self._split.numeric), torch.empty_like(x)
        found[..., self._split.numeric] = self._split.lower.to(x) + x[..., :k] * self._split.range.to(x)
        found[..., self._split.categorical] = x[..., k:]
        return found
