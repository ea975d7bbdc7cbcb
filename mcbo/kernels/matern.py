"""`NumericMatern`: a Matern correlation of continuous and ordered columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from gpytorch.kernels import Kernel
from gpytorch.priors import LogNormalPrior
from pydantic import field_validator
from torch import Generator, Tensor
from torch.nn import Module

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from mcbo.kernels.base import KernelRecipe
from mcbo.kernels.correlation import FeatureCorrelation, Lengthscaled

SMOOTHNESS = (1.5, 2.5)
_ROOT_3, _ROOT_5 = math.sqrt(3.0), math.sqrt(5.0)


class NumericMatern(KernelRecipe):
    """A Matern correlation of the Euclidean distance of columns scaled to `[0, 1]` by their bounds.

    `k = (1 + s) exp(-s)` with `s = sqrt(3) r` for smoothness 3/2, `k = (1 + s + s^2 / 3) exp(-s)` with
    `s = sqrt(5) r` for 5/2, and `r^2 = sum_i (u_i - u'_i)^2 / l_i^2` (Rasmussen and Williams, 2006, 4.17).
    See `unit_cube_prior` for the lengthscales.

    Attributes:
        smoothness: 1.5 or 2.5.
        ard: Learn a lengthscale of each column, instead of one for all.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"continuous", "ordered"})

    smoothness: float = 2.5
    ard: bool = True

    @field_validator("smoothness")
    @classmethod
    def _known_smoothness(cls, nu: float) -> float:
        if nu not in SMOOTHNESS:
            raise ValueError(f"smoothness {nu:g} has no closed form here; use 1.5 or 2.5")
        return nu

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        d = len(columns)
        scaled, prior = UnitInterval(space, columns), unit_cube_prior(d)
        return MaternKernel(columns, scaled, d if self.ard else 1, prior, smoothness=self.smoothness)


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
    return LogNormalPrior(location, torch.tensor(_ROOT_3, dtype=torch.float64))


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Squared Euclidean distances, `... x n x m`, between `... x n x k` and `... x m x k` features."""
    sides = a.square().sum(-1).unsqueeze(-1) + b.square().sum(-1).unsqueeze(-2)
    return (sides - 2.0 * (a @ b.mT)).clamp_min(0.0)


def matern(square: Tensor, smoothness: float) -> Tensor:
    """Matern correlation of smoothness 1.5 or 2.5 at scaled squared distances, elementwise."""
    untyped: Any = _Matern  # torch declares no types for `apply`
    value: Tensor = untyped.apply(square, smoothness)
    return value


class _Matern(torch.autograd.Function):
    """The correlation with its derivative by the squared distance, which is finite where points coincide."""

    @staticmethod
    def forward(ctx: Any, square: Tensor, smoothness: float) -> Tensor:
        s = square.sqrt().mul_(_ROOT_3 if smoothness == 1.5 else _ROOT_5)
        decay = s.neg().exp_()
        linear = s.mul_(decay).add_(decay)
        if smoothness == 1.5:
            ctx.save_for_backward(decay.mul_(-1.5))
            return linear
        ctx.save_for_backward(linear * (-5.0 / 6.0))
        return torch.addcmul(linear, decay, square, value=5.0 / 3.0)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient * ctx.saved_tensors[0], None
