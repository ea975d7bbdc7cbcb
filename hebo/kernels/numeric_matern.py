"""Matern kernel of continuous and ordered columns, with or without input warping."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import torch
from gpytorch.kernels import Kernel
from gpytorch.priors import LogNormalPrior
from torch import Generator, Tensor
from torch.nn import Module, Sequential

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.base import KernelRecipe
from hebo.kernels.correlation import FeatureCorrelation, Lengthscaled
from hebo.kernels.distances import squared_distances
from hebo.kernels.kumaraswamy import Kumaraswamy
from hebo.kernels.matern import Smoothness, matern


class NumericMatern(KernelRecipe):
    """A Matern correlation of the Euclidean distance of columns scaled to `[0, 1]` by their bounds.

    `r^2 = sum_i (w(u_i) - w(u'_i))^2 / l_i^2`; see `hebo.kernels.matern` for the correlation as a function
    of it, `unit_cube_prior` for the lengthscales and `hebo.kernels.kumaraswamy` for the warp `w`.

    Attributes:
        smoothness: 1.5 or 2.5.
        ard: Learn a lengthscale of each column, instead of one for all.
        warp: Learn a Kumaraswamy warp of each column; otherwise `w(u) = u`.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"continuous", "ordered"})

    smoothness: Smoothness = 2.5
    ard: bool = True
    warp: bool = False

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        d = len(columns)
        features, prior = self.features(space, columns), unit_cube_prior(d)
        return MaternKernel(columns, features, d if self.ard else 1, prior, smoothness=self.smoothness)

    def features(self, space: DesignSpace, columns: Sequence[int]) -> Module:
        """Return what maps the columns to those that are compared: scaled and, perhaps, warped ones."""
        scaled = UnitInterval(space, columns)
        return Sequential(scaled, Kumaraswamy(len(columns))) if self.warp else scaled


class UnitInterval(Module):
    """Scales columns from their bounds to `[0, 1]`; constant ones to 0."""

    lower: Tensor
    range: Tensor

    def __init__(self, space: DesignSpace, columns: Sequence[int]) -> None:
        super().__init__()
        lower, upper = space.bounds[:, list(columns)]
        self.register_buffer("lower", lower)
        self.register_buffer("range", upper - lower + (upper == lower).to(lower))

    def forward(self, x: Tensor) -> Tensor:
        """Return scaled points."""
        return (x - self.lower) / self.range


class MaternKernel(FeatureCorrelation, Lengthscaled):
    """A Matern correlation of features of the points.

    Args:
        columns: See `Correlation`.
        features: Maps `... x d` points to `... x k` features.
        n_lengthscales: `k` or 1.
        prior: Of each lengthscale.
        smoothness: 1.5 or 2.5.
    """

    def __init__(
        self,
        columns: Sequence[int],
        features: Module,
        n_lengthscales: int,
        prior: LogNormalPrior,
        *,
        smoothness: float = 2.5,
    ) -> None:
        super().__init__(columns, n_lengthscales, prior)
        self.features, self.smoothness = features, smoothness

    def encode(self, x: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        scaled: Tensor = self.features(x) / self.lengthscale
        return scaled

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        return matern(squared_distances(a, b), self.smoothness)


def unit_cube_prior(d: int) -> LogNormalPrior:
    """Return the prior of lengthscales in the unit cube, `LogNormal(sqrt(2) + log(d) / 2, sqrt(3))`.

    It grows with the mean distance of points, `sqrt(d / 6)`, so that functions are no less predictable in
    many dimensions than in few (Hvarfner et al., 2024, 2402.02229, section 4).
    """
    location = torch.tensor(math.sqrt(2.0) + 0.5 * math.log(d), dtype=torch.float64)
    return LogNormalPrior(location, torch.tensor(math.sqrt(3.0), dtype=torch.float64))
