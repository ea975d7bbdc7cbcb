"""Hamming embedding kernel: a Matern correlation of Hamming distances to random anchors (BODi)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import torch
from gpytorch.kernels import Kernel
from gpytorch.priors import LogNormalPrior
from pydantic import Field
from torch import Generator, Tensor
from torch.nn import Module

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.base import KernelRecipe
from hebo.kernels.correlation import log_normal
from hebo.kernels.numeric_matern import MaternKernel
from hebo.kernels.one_hot import OneHot


class HammingEmbedding(KernelRecipe):
    """A Matern-5/2 correlation of `phi_k(x) = sum_i [x_i != a_ki] / d`, the distances from anchors `a_k`.

    This is the embedding of BODi (Deshwal et al., 2023, 2303.01774) with its diverse random dictionary (see
    `draw_anchors`), drawn anew for each fit, and a lengthscale of each anchor (see `embedding_prior`). The
    binary wavelets, which the paper has for booleans alone, are left out.

    In each anchor of that dictionary some categories are frequent and others rare, the same ones in all
    columns, so points that repeat a category are told apart best. That helps where such a point is the
    optimum, and depends on the order in which categories are listed (Papenmeier et al., 2023, 2307.00618).

    Attributes:
        n_anchors: Number `m` of anchors.
        relabel: Rename the categories of each column at random first, so that their order does not matter.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"nominal"})

    n_anchors: int = Field(128, ge=1)
    relabel: bool = False

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel, with anchors drawn from `generator`."""
        self.check(space, columns)
        one_hot = OneHot(space, columns)
        anchors = draw_anchors(one_hot.n_categories, self.n_anchors, generator=generator)
        if self.relabel:
            anchors = relabeled(anchors, one_hot.n_categories, generator=generator)
        prior = embedding_prior(one_hot.n_categories, self.n_anchors)
        return MaternKernel(columns, Embedding(one_hot, anchors), self.n_anchors, prior)


class Embedding(Module):
    """Maps points to their Hamming distances from `m` anchors, in shares of the `d` columns.

    Args:
        one_hot: Of the columns.
        anchors: Category numbers, `m x d`.
    """

    anchors: Tensor
    _matching: Tensor

    def __init__(self, one_hot: OneHot, anchors: Tensor) -> None:
        super().__init__()
        self.one_hot = one_hot
        self.register_buffer("anchors", anchors)
        indicators = anchors.index_select(1, one_hot.column) == one_hot.category
        self.register_buffer("_matching", indicators.to(torch.float64) / anchors.shape[1])

    def forward(self, x: Tensor) -> Tensor:
        """Return the `... x m` distances of `... x d` points."""
        matches: Tensor = self.one_hot(x) @ self._matching.mT
        return 1.0 - matches


def draw_anchors(n_categories: Sequence[int], n: int, *, generator: Generator) -> Tensor:
    """Draw `n x d` category numbers whose rows differ in how often each category occurs in them.

    For each row, shares of the categories are drawn uniformly from the simplex, and each entry is drawn
    from these shares; a column of fewer categories uses the first of them, in proportion.
    """
    last = torch.tensor(n_categories) - 1
    uniform = torch.rand(n, max(n_categories), generator=generator, dtype=torch.float64)
    # Exponential variables over their sum are uniform on the simplex; the sum is put into `u` instead.
    upto = (-torch.log1p(-uniform)).cumsum(1)
    u = torch.rand(n, len(n_categories), generator=generator, dtype=torch.float64)
    return torch.searchsorted(upto, u * upto[:, last])


def relabeled(anchors: Tensor, n_categories: Sequence[int], *, generator: Generator) -> Tensor:
    """Return the anchors with the categories of each column renamed by a random permutation."""
    names = [torch.randperm(c, generator=generator)[anchors[:, i]] for i, c in enumerate(n_categories)]
    return torch.stack(names, 1)


def embedding_prior(n_categories: Sequence[int], n: int) -> LogNormalPrior:
    """Return the prior of each lengthscale: log-normal with mode `r / 2` and log-deviation 1/2.

    `r` is the root mean square distance of two random points in the embedding: whatever the anchor, such a
    point agrees with it in column `i` with probability `q_i = 1 / c_i`, so that
    `r^2 = 2 n sum_i q_i (1 - q_i) / d^2`. With lengthscales of `r / 2` the correlation of random points is
    that of a scaled distance of 2, as in `unit_cube_prior`, for any number of anchors, columns and
    categories; with constant lengthscales it would tend to 1 in many columns.
    """
    variance = sum((1 - 1 / c) / c for c in n_categories) / len(n_categories) ** 2
    # Without a single choice all points are the same one, at any lengthscale.
    r = math.sqrt(2 * n * variance) or 1.0
    return log_normal(mode=0.5 * r, spread=0.5)
