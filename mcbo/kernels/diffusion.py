"""Diffusion kernel of the graph of all combinations of categories and levels (COMBO)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import torch
from gpytorch.kernels import Kernel
from torch import Generator, Tensor
from torch.nn import Module, ModuleList

from hebo.design_space.column_kinds import ColumnKind, columns_by_kind
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.base import KernelRecipe
from hebo.kernels.correlation import Lengthscaled
from hebo.kernels.one_hot import OneHot
from hebo.kernels.transformed_overlap import mismatch_prior
from mcbo.kernels.ranks import Ranks, parameter_of

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

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"nominal", "ordered"})

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random.

        Raises:
            IncompatibleError: Also for an ordered column of more than `MAX_LEVELS` levels, or unknown ones.
        """
        self.check(space, columns)
        _check_levels(space, columns)
        return DiffusionKernel(space, columns)


class DiffusionKernel(Lengthscaled):
    """The kernel of `Diffusion`."""

    is_nominal: Tensor
    n_values: Tensor

    def __init__(self, space: DesignSpace, columns: Sequence[int]) -> None:
        super().__init__(columns, len(columns), mismatch_prior(len(columns)))
        nominal = set(columns_by_kind(space).get("nominal", []))
        self._nominal = [i for i, column in enumerate(columns) if column in nominal]
        self._ordered = [i for i, column in enumerate(columns) if column not in nominal]
        self.one_hot = OneHot(space, [columns[i] for i in self._nominal])
        self.ranks = Ranks(space, [columns[i] for i in self._ordered])
        self._groups = _positions(self.ranks.n_levels)
        self.paths = ModuleList(Path(n) for n in self._groups)
        n_values = torch.empty(len(columns), dtype=torch.float64)
        n_values[self._nominal] = torch.tensor(self.one_hot.n_categories, dtype=torch.float64)
        n_values[self._ordered] = torch.tensor(self.ranks.n_levels, dtype=torch.float64)
        self.register_buffer("n_values", n_values)
        self.register_buffer("is_nominal", torch.tensor([column in nominal for column in columns]))

    @property
    def _per_lengthscale(self) -> Tensor:
        """`beta_i / l_i` of an ordered column; a single level has any."""
        return (self.n_values.square() - 1).clamp_min(1) / 24

    @property
    def beta(self) -> Tensor:
        """The diffusion times of the columns, `... x 1 x d`, positive."""
        nominal = torch.log1p(self.n_values / torch.expm1(self.lengthscale.reciprocal())) / self.n_values
        return torch.where(self.is_nominal, nominal, self.lengthscale * self._per_lengthscale)

    @beta.setter
    def beta(self, value: Tensor | float) -> None:
        beta = torch.as_tensor(value).to(self.n_values).expand(self.lengthscale.shape)
        nominal = torch.log1p(self.n_values / torch.expm1(self.n_values * beta)).reciprocal()
        self.lengthscale = torch.where(self.is_nominal, nominal, beta / self._per_lengthscale)

    def correlation(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the correlations, `... x n x m`."""
        importance = self.lengthscale[..., self._nominal].reciprocal()
        a, b = (self.one_hot(x[..., self._nominal]) for x in (x1, x2))
        k = self.one_hot.decay(a, b, importance)
        if not self._ordered:
            return k
        beta = (self.lengthscale * self._per_lengthscale)[..., self._ordered]
        s, t = (self.ranks(x[..., self._ordered]).long() for x in (x1, x2))
        for path, group in zip(self.paths, self._groups.values(), strict=True):
            left, right = (path(ranks[..., group], beta[..., group]) for ranks in (s, t))
            for i in range(len(group)):
                k = k * (left[..., i, :] @ right[..., i, :].mT)
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
        """Return features of length 1, `... x p x g x n`, of vertices, `... x p x g`.

        There are `g` copies of the path, with times `... x 1 x g`.
        """
        features: Tensor = self.vectors[vertices] * torch.exp(-0.5 * beta.unsqueeze(-1) * self.frequencies)
        length: Tensor = torch.linalg.vector_norm(features, dim=-1, keepdim=True)
        return features / length


def _positions(numbers: Sequence[int]) -> dict[int, list[int]]:
    """Return where each number stands."""
    found: dict[int, list[int]] = {}
    for i, number in enumerate(numbers):
        found.setdefault(number, []).append(i)
    return found


def _check_levels(space: DesignSpace, columns: Sequence[int]) -> None:
    ordered = [column for column in columns if column in columns_by_kind(space).get("ordered", [])]
    for column, n in zip(ordered, Ranks(space, ordered).n_levels, strict=True):
        if n > MAX_LEVELS:
            raise IncompatibleError(
                f"Parameter '{parameter_of(space, column).name}' has {n} levels, and Diffusion takes at most "
                f"{MAX_LEVELS}; use NumericMatern"
            )
