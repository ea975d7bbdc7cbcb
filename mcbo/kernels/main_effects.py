"""`MainEffects`: what each column does by itself, and what all of them do together."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from gpytorch.kernels import Kernel
from torch import Generator, Tensor

from hebo.design_space.design_space import DesignSpace
from mcbo.kernels.matern import MaternKernel, NumericMatern, UnitInterval, matern, unit_cube_prior
from mcbo.kernels.mixture import FeatureMixture


class MainEffects(NumericMatern):
    """A mean of Matern correlations of single columns, mixed with the Matern of all of them.

    A product of one factor per column forgets with the distance in any of them: what larger values of one
    column do near one place of another says nothing about far places. The sum of functions of one column
    carries it there, the product holds how columns act together; `Mixture` learns how much of each (additive
    Gaussian processes: Duvenaud et al., 2011, 1112.4394, of the first and of the full order). Lengthscales of
    both parts are learned apart. A single column has the plain Matern.

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
            UnitInterval(space, columns),
            d if self.ard else 1,
            unit_cube_prior(1),
            smoothness=self.smoothness,
        )
        return FeatureMixture(alone, together, share=0.5, n_first=d)


class AdditiveMatern(MaternKernel):
    """The mean over features of a Matern correlation of each; arguments are those of `MaternKernel`."""

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        squares = (a.unsqueeze(-2) - b.unsqueeze(-3)).square()
        return torch.as_tensor(matern(squares, self.smoothness).mean(-1))
