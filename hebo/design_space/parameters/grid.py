"""Grids: the finitely many values that a discrete column may hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from hebo.design_space.parameters.scale import Linear, Scale


@dataclass(frozen=True, eq=False)
class Grid:
    """Values `start + k * step` (`k = 0 .. count - 1`) in the units of `scale`, for `w` columns at once.

    Attributes:
        start: First value of each column, `w`, in natural units.
        step: Distance of neighboring values, `w`, in natural units.
        count: Number of values, `w`.
        scale: Takes these natural units to the encoded column.
    """

    start: Tensor
    step: Tensor
    count: Tensor
    scale: Scale

    @classmethod
    def of(cls, start: float, step: float, count: int, *, scale: Scale | None = None) -> Grid:
        """Return the grid of one column."""
        numbers = torch.tensor([[start], [step], [count]], dtype=torch.float64)
        return cls(numbers[0], numbers[1], numbers[2], scale or Linear())

    @classmethod
    def stack(cls, grids: Sequence[Grid]) -> Grid:
        """Put grids of one scale side by side, so that one call serves all their columns."""
        start, step = torch.cat([one.start for one in grids]), torch.cat([one.step for one in grids])
        return cls(start, step, torch.cat([one.count for one in grids]), grids[0].scale)

    @property
    def min_gap(self) -> Tensor:
        """Smallest distance of two neighbors in each encoded column, `w`; one where there are none."""
        last = (self.count - 1.0).clamp(min=1.0)
        first_gap = self.point(torch.ones_like(last)) - self.point(torch.zeros_like(last))
        last_gap = self.point(last) - self.point(last - 1.0)
        return torch.where(self.count > 1, torch.minimum(first_gap, last_gap), 1.0)

    def index(self, x: Tensor) -> Tensor:
        """Return the number `k` of the value nearest to `x` (`n x w`), nearest in natural units."""
        return torch.minimum(self.place(x).round().clamp(min=0.0), self.count - 1.0)

    def place(self, x: Tensor) -> Tensor:
        """Return where `x` (`n x w`) lies among the values: `k` at value number `k`, anything in between."""
        return (self.scale.inverse(x) - self.start) / self.step

    def value(self, k: Tensor) -> Tensor:
        """Return the natural value number `k`."""
        return self.start + k * self.step

    def point(self, k: Tensor) -> Tensor:
        """Return the encoded value number `k`."""
        return self.scale.forward(self.value(k))

    def nearest(self, x: Tensor) -> Tensor:
        """Return the encoded grid value nearest to `x`, nearest in natural units."""
        return self.point(self.index(x))

    def from_unit(self, u: Tensor) -> Tensor:
        """Map uniform numbers in `[0, 1)` to encoded values, both ends included in full.

        On a linear scale each value gets the same share. On a logarithmic one value `v` gets the share
        of its cell `[v - step/2, v + step/2]` on that scale; a first cell that would reach zero is
        given the width it has on the other side of `v`.
        """
        if isinstance(self.scale, Linear):
            return self.point(torch.minimum((u * self.count).floor(), self.count - 1.0))
        half = self.step / 2
        first = torch.where(self.start > half, self.start - half, self.start.square() / (self.start + half))
        low = self.scale.forward(first)
        high = self.scale.forward(self.value(self.count - 0.5))
        return self.nearest(low + u * (high - low))


def count_steps(lb: float, ub: float, step: float) -> int:
    """Return the number of grid values `lb, lb + step, ...` up to `ub`, forgiving float noise."""
    return math.floor((ub - lb) / step * (1 + 1e-12) + 1e-9) + 1
