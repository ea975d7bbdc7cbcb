"""`Diffusion`: the heat kernel of the graph of all combinations of categories and levels (COMBO)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import torch
from gpytorch.kernels import Kernel
from torch import Generator, Tensor
from torch.nn import Module, ModuleList

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from mcbo.kernels.base import KernelRecipe
from mcbo.kernels.correlation import Lengthscaled
from mcbo.kernels.one_hot import OneHot
from mcbo.kernels.ranks import Ranks, parameter_of
from mcbo.kernels.transformed_overlap import mismatch_prior
from mcbo.sorts import Sort, columns_by_sort

MAX_LEVELS = 512
"""Most levels of an ordered column; its path graph has as many frequencies."""


class Diffusion(KernelRecipe):
    """`K = prod_i exp(-beta_i L_i)`, scaled to a diagonal of 1 (Oh et al., 2019, 1902.00448).

    `L_i` is the Laplacian of the graph of column `i`: complete for categories, so that all are equally far
    apart, a path for ordered levels. The product is the heat kernel of the Cartesian product of the graphs.
    With `beta_i = 0` values of a column tell nothing of one another, with a large one it is irrelevant.

    The paper gives each `beta_i` a horseshoe prior and samples; its infinite density at 0 would draw a
    most likely setting there. So `beta_i` follows from a lengthscale `l_i` with the prior of
    `TransformedOverlap`, where `1 / l_i` is how far the log-correlation drops by a change of category, or on
    average between two levels:

    - `beta_i = log(1 + c / (exp(1 / l_i) - 1)) / c` for `c` categories, exactly. So with nominal columns
      alone the kernel is that of `TransformedOverlap`; ordered columns are what it adds.
    - `beta_i = l_i (n^2 - 1) / 24` for `n` levels, because on an endless path the correlation `r` steps apart
      is nearly `exp(-r^2 / (4 beta))`, and the mean of `r^2` is `(n^2 - 1) / 6`.
    """

    handles: ClassVar[frozenset[Sort]] = frozenset({"nominal", "ordered"})

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random.

        Raises:
            IncompatibleError: Also for an ordered column of more than `MAX_LEVELS` levels, or unknown ones.
        """
        self.check(space, columns)
        return DiffusionKernel(space, columns)


class DiffusionKernel(Lengthscaled):
    """The kernel of `Diffusion`."""

    is_nominal: Tensor
    size: Tensor

    def __init__(self, space: DesignSpace, columns: Sequence[int]) -> None:
        super().__init__(columns, len(columns), mismatch_prior(len(columns)))
        nominal = set(columns_by_sort(space).get("nominal", []))
        self._nominal = [i for i, column in enumerate(columns) if column in nominal]
        self._ordered = [i for i, column in enumerate(columns) if column not in nominal]
        self.one_hot = OneHot(space, [columns[i] for i in self._nominal])
        self.ranks = Ranks(space, [columns[i] for i in self._ordered])
        for i, n in zip(self._ordered, self.ranks.n_levels, strict=True):
            _check_levels(space, columns[i], n)
        self.paths = ModuleList(Path(n) for n in self.ranks.n_levels)
        sizes = torch.empty(len(columns), dtype=torch.float64)
        sizes[self._nominal] = torch.tensor(self.one_hot.n_categories, dtype=torch.float64)
        sizes[self._ordered] = torch.tensor(self.ranks.n_levels, dtype=torch.float64)
        self.register_buffer("size", sizes)
        self.register_buffer("is_nominal", torch.tensor([column in nominal for column in columns]))

    @property
    def beta(self) -> Tensor:
        """The diffusion times of the columns, `... x 1 x d`."""
        nominal = torch.log1p(self.size / torch.expm1(self.lengthscale.reciprocal())) / self.size
        return torch.where(self.is_nominal, nominal, self.lengthscale * (self.size.square() - 1) / 24)

    @beta.setter
    def beta(self, value: Tensor | float) -> None:
        beta = torch.as_tensor(value).to(self.size).expand(self.lengthscale.shape)
        nominal = torch.log1p(self.size / torch.expm1(self.size * beta)).reciprocal()
        ordered = 24 * beta / (self.size.square() - 1).clamp_min(1)
        self.lengthscale = torch.where(self.is_nominal, nominal, ordered)

    def correlation(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the correlations, `... x n x m`."""
        importance = self.lengthscale[..., self._nominal].reciprocal()
        k = self.one_hot.decay(x1[..., self._nominal], x2[..., self._nominal], importance)
        if not self._ordered:
            return k
        beta = self.lengthscale[..., self._ordered] * (self.size[self._ordered].square() - 1) / 24
        a, b = self.ranks(x1[..., self._ordered]).long(), self.ranks(x2[..., self._ordered]).long()
        for i, path in enumerate(self.paths):
            times = beta[..., i : i + 1]
            k = k * (path(a[..., i], times) @ path(b[..., i], times).mT)
        return k


class Path(Module):
    """The heat kernel of a path of `n` vertices, as an inner product of features.

    The Laplacian has the eigenvalues `2 - 2 cos(pi k / n)`, `k = 0 .. n - 1`, and the eigenvectors
    `u_k(v) = cos(pi k (v + 1/2) / n)` up to a factor (Strang, 1999, "The discrete cosine transform").
    """

    frequencies: Tensor
    vectors: Tensor

    def __init__(self, n: int) -> None:
        super().__init__()
        k = torch.arange(n, dtype=torch.float64)
        vectors = torch.cos(math.pi / n * k * (k.unsqueeze(1) + 0.5))
        self.register_buffer("frequencies", 2.0 - 2.0 * torch.cos(math.pi / n * k))
        self.register_buffer("vectors", vectors / torch.linalg.vector_norm(vectors, dim=0))

    def forward(self, vertices: Tensor, beta: Tensor) -> Tensor:
        """Return features of length 1, `... x p x n`, of `... x p` vertices, for times `... x 1 x 1`."""
        features = self.vectors[vertices] * torch.exp(-0.5 * beta * self.frequencies)
        return features / torch.linalg.vector_norm(features, dim=-1, keepdim=True)


def _check_levels(space: DesignSpace, column: int, n: int) -> None:
    if n > MAX_LEVELS:
        raise IncompatibleError(
            f"Parameter '{parameter_of(space, column).name}' has {n} levels, and Diffusion takes at most "
            f"{MAX_LEVELS}; use NumericMatern"
        )
