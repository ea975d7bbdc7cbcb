"""Ordinal kernel: a Matern correlation of the level numbers of ordered columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from gpytorch.kernels import Kernel
from torch import Generator, Tensor
from torch.nn import Module

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.base import KernelRecipe
from hebo.kernels.numeric_matern import MaternKernel, unit_cube_prior
from mcbo.kernels.ranks import Ranks


class Ordinal(KernelRecipe):
    """A Matern-5/2 correlation of level positions `u_i = rank_i / (n_i - 1)` in `[0, 1]`.

    Neighboring levels are equally far apart whatever numbers they stand for: 1, 10 and 100 are at 0, 1/2
    and 1. Where the encoded numbers themselves say how far, `NumericMatern` is the kernel to use.

    Attributes:
        ard: Learn a lengthscale of each column, instead of one for all.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"ordered"})

    ard: bool = True

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random.

        Raises:
            IncompatibleError: Also if a parameter does not say which levels its column has.
        """
        self.check(space, columns)
        d = len(columns)
        return MaternKernel(columns, Positions(space, columns), d if self.ard else 1, unit_cube_prior(d))


class Positions(Module):
    """Level numbers scaled to `[0, 1]`."""

    def __init__(self, space: DesignSpace, columns: Sequence[int]) -> None:
        super().__init__()
        self.ranks = Ranks(space, columns)

    def forward(self, x: Tensor) -> Tensor:
        """Return the positions of points with these columns only."""
        positions: Tensor = self.ranks(x) / self.ranks.last.clamp_min(1.0)
        return positions
