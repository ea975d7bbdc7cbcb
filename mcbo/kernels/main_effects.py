"""Main effects kernel: what each column does by itself, and what all of them do together."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from gpytorch.kernels import Kernel
from torch import Generator, Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.kernels.distances import squared_differences
from hebo.kernels.matern import matern
from hebo.kernels.mixture import FeatureMixtureKernel
from hebo.kernels.numeric_matern import MaternKernel, NumericMatern, unit_cube_prior


class MainEffects(NumericMatern):
    """A mean of Matern correlations of single columns, mixed with the Matern of all of them.

    A product of one factor per column forgets with the distance in any of them: what larger values of one
    column do near one place of another says nothing about far places. The sum of functions of one column
    carries it there, the product holds how columns act together; `MixtureKernel` learns how much of each
    (additive Gaussian processes: Duvenaud et al., 2011, 1112.4394, of the first and of the full order).
    Lengthscales and warps of both parts are learned apart. A single column has the plain Matern.

    Attributes are those of `NumericMatern`.
    """

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        together = super().build(space, columns, generator=generator)
        d = len(columns)
        if d == 1:
            return together
        alone = AdditiveMatern(
            columns,
            self.features(space, columns),
            d if self.ard else 1,
            unit_cube_prior(1),
            smoothness=self.smoothness,
        )
        return FeatureMixtureKernel(alone, together, share=0.5, n_first=d)


class AdditiveMatern(MaternKernel):
    """The mean over features of a Matern correlation of each; arguments are those of `MaternKernel`."""

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        return torch.as_tensor(matern(squared_differences(a, b), self.smoothness).mean(-1))
