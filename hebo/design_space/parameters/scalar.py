"""Scalar parameters: one encoded column, an interval or a grid."""

from __future__ import annotations

from abc import abstractmethod
from typing import final

import torch
from torch import Generator, Tensor

from hebo.design_space.parameters.grid import Grid
from hebo.design_space.parameters.parameter import Parameter

NEIGHBOR_STEP = 0.1
"""Step of a continuous parameter to its neighbors, as a share of its encoded range."""


GRID_NOISE = 1e-3
"""Most of the gap between two grid values that is taken as noise."""


class Scalar(Parameter):
    """A parameter of one column that holds an interval (`grid` is `None`) or the values of a grid.

    `bounds` and `grid` say everything about the column, so the space can treat many such columns in one
    operation; the methods marked final are that operation for a single column.
    """

    @property
    @abstractmethod
    def grid(self) -> Grid | None:
        """The values of a discrete column."""

    @property
    def cardinality(self) -> int | None:
        """Number of values, `None` for an interval."""
        return None if self.grid is None else int(self.grid.count.item())

    def tolerance(self, x: Tensor) -> Tensor:
        """Return the noise of the column; of a grid, too little to reach from one value to another."""
        noise = self._noise(x)
        return noise if self.grid is None else noise.clamp(max=GRID_NOISE * float(self.grid.min_gap))

    def _noise(self, x: Tensor) -> Tensor:
        return super().tolerance(x)

    @property
    def canonical(self) -> Tensor:
        """The middle of the encoded range, or the value nearest to it."""
        return self.project(self.bounds.mean(0, keepdim=True))[0]

    @final
    def project(self, x: Tensor) -> Tensor:
        """Clip `x` (`n x 1`) to the bounds, then round in natural units."""
        low, high = self.bounds
        clipped = torch.minimum(torch.maximum(x, low), high)
        return clipped if self.grid is None else self.grid.nearest(clipped)

    @final
    def from_unit(self, u: Tensor) -> Tensor:
        """Map uniform numbers to the interval, or to grid values (see `Grid.from_unit`)."""
        low, high = self.bounds
        return low + u * (high - low) if self.grid is None else self.grid.from_unit(u)

    def neighbors(self, x: Tensor, *, generator: Generator) -> Tensor:
        """Return the grid values before and after `x`, or `x` plus and minus a tenth of the range."""
        signs = torch.tensor([[-1.0], [1.0]], dtype=torch.float64)
        if self.grid is None:
            low, high = self.bounds
            return self.project(x + signs * NEIGHBOR_STEP * (high - low))
        k = self.grid.index(x) + signs
        return self.grid.point(k[((k >= 0) & (k < self.grid.count)).all(1)])

    def every(self) -> Tensor:
        """Return the values of the grid, `c x 1`."""
        if self.grid is None:
            raise self.problem("bounds", self.bounds.flatten().tolist(), "enclose infinitely many values")
        return self.grid.point(torch.arange(int(self.grid.count.item()), dtype=torch.float64).unsqueeze(1))
