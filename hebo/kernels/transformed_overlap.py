"""Transformed overlap kernel: the exponential of the weighted number of mismatches."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from gpytorch.kernels import Kernel
from gpytorch.priors import LogNormalPrior
from torch import Generator, Tensor

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.base import KernelRecipe
from hebo.kernels.correlation import FeatureCorrelation, Lengthscaled, log_normal
from hebo.kernels.one_hot import OneHot


class TransformedOverlap(KernelRecipe):
    """`k(x, x') = exp(-sum_i [x_i != x'_i] / l_i)`, a product of one factor per column.

    Casmopolitan (Wan et al., 2021, 2102.07188) has the exponential of a weighted mean of matches, whose
    correlation never falls below `1/e` when the weights sum to 1. Here nothing is normalised and it can fall
    to 0, so that the data also decide how far an observation reaches. See `mismatch_prior` for the
    lengthscales.

    Attributes:
        ard: Learn a lengthscale of each column, instead of one for all.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"nominal"})

    ard: bool = True

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        return TransformedOverlapKernel(space, columns, ard=self.ard)


class TransformedOverlapKernel(FeatureCorrelation, Lengthscaled):
    """The kernel of `TransformedOverlap`."""

    def __init__(self, space: DesignSpace, columns: Sequence[int], *, ard: bool) -> None:
        d = len(columns)
        super().__init__(columns, d if ard else 1, mismatch_prior(d))
        self.one_hot = OneHot(space, columns)

    def encode(self, x: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        indicators: Tensor = self.one_hot(x)
        return indicators

    @property
    def weights(self) -> Tensor:
        """The weights of a mismatch, `... x 1 x d`."""
        importance = self.lengthscale.reciprocal()
        return importance.expand(*importance.shape[:-1], len(self.one_hot.n_categories))

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        return self.one_hot.decay(a, b, self.weights)


def mismatches(a: Any, b: Any) -> Any:
    """Return `[a_ik != b_jk]`, `... x n x m x d`, of arrays or tensors `... x n x d` and `... x m x d`."""
    return a[..., :, None, :] != b[..., None, :, :]


def mismatch_decay(differ: Any, weights: Any, xp: ModuleType = np) -> Any:
    """Return `exp(-sum_k w_k d_ijk)` of `mismatches` as numbers, in the library `xp` (numpy or torch).

    `OneHot.decay` is the same from indicators; for few columns this is faster.
    """
    return xp.exp(-(differ @ weights))


def mismatch_prior(d: int) -> LogNormalPrior:
    """Return the prior of each lengthscale: log-normal with mode `d / 2` and log-deviation 1.

    Random points differ in most of their `d` columns. With lengthscales around `d / 2` their correlation is
    about `exp(-2)` in any number of columns; with constant ones it would vanish as `d` grows, and the
    model would predict its mean everywhere. A deviation of 1 lets 20 observations of 60 columns keep close
    to that, and 200 single out the columns that matter; half-Cauchy priors of `1 / l_i`, which make columns
    irrelevant at no cost, left predicted variances far too small there.
    """
    return log_normal(mode=0.5 * d, spread=1.0)
