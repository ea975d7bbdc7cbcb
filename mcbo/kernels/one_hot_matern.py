"""One-hot Matern kernel: categories written as indicators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from gpytorch.kernels import Kernel
from torch import Generator

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.base import KernelRecipe
from hebo.kernels.matern import Smoothness
from hebo.kernels.numeric_matern import MaternKernel, unit_cube_prior
from hebo.kernels.one_hot import OneHot


class OneHotMatern(KernelRecipe):
    """A Matern correlation of one-hot encoded categories, as general-purpose loops have it.

    `r^2 = sum_i [x_i != x'_i] (1 / l_{i, x_i}^2 + 1 / l_{i, x'_i}^2)` with a lengthscale of each category of
    each column, or `2 / l^2` times the number of mismatches with one for all (Garrido-Merchan and
    Hernandez-Lobato, 2020, 1805.03463, section 2). The kernel to compare others with: `TransformedOverlap`
    has a lengthscale per column, of which a few observations tell more.

    Attributes:
        smoothness: 1.5 or 2.5.
        ard: Learn a lengthscale of each category of each column, instead of one for all.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"nominal"})

    smoothness: Smoothness = 2.5
    ard: bool = True

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        one_hot = OneHot(space, columns)
        n = sum(one_hot.n_categories)
        lengthscales = n if self.ard else 1
        return MaternKernel(columns, one_hot, lengthscales, unit_cube_prior(n), smoothness=self.smoothness)
