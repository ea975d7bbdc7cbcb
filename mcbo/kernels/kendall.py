"""`Kendall`: orders are alike that put many pairs of items the same way round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from gpytorch.kernels import Kernel
from torch import Generator, Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from mcbo.kernels.base import KernelRecipe
from mcbo.kernels.correlation import Correlation, log_normal
from mcbo.sorts import Sort


class Kendall(KernelRecipe):
    """`k = prod_g (c_g + tau_g) / (c_g + 1)` over the permutation parameters `g`, with learned offsets `c_g`.

    `tau`, Kendall's rank correlation, is the number of pairs of items that two orders put the same way round
    less that of the others, over the number of all pairs: an inner product of signs, so positive definite,
    and 1 for equal orders (Jiao and Vert, 2015). It is -1 for an order and its reverse. By itself
    it stands for functions that are sums of one effect of each pair of items, turned over with the order.
    That is a correlation as it is, but a product with it, of several permutations or with other columns,
    would leave only the joint effects. The offset keeps each factor's own effects beside them: with `c = 1`
    a factor is the share of pairs in common, from 1 down to 0 for the reverse; towards `c = 0` it is `tau`.
    The offsets are positive, with a log-normal prior of mode 1.
    """

    handles: ClassVar[frozenset[Sort]] = frozenset({"permutation"})

    def check(self, space: DesignSpace, columns: Sequence[int]) -> None:
        """Refuse other sorts, and a part of a permutation.

        Raises:
            IncompatibleError: See above.
        """
        super().check(space, columns)
        permutations(space, columns)

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        return KendallKernel(columns, permutations(space, columns))


class KendallKernel(Correlation):
    """The kernel of `Kendall`.

    Args:
        columns: See `Correlation`.
        groups: The places among `columns` of each permutation.
    """

    def __init__(self, columns: Sequence[int], groups: Sequence[list[int]]) -> None:
        super().__init__(columns)
        self.groups = list(groups)
        start = torch.ones(1, len(groups), dtype=torch.float64)
        self.register_positive("offset", start, log_normal(mode=1.0, spread=1.0))

    @property
    def offset(self) -> Tensor:
        """The offsets, `... x 1 x g`."""
        return self.positive("offset")

    @offset.setter
    def offset(self, value: Tensor | float) -> None:
        self.set_positive("offset", value)

    def correlation(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the correlations, `... x n x m`."""
        k = x1.new_ones(())
        for group, c in zip(self.groups, self.offset.unsqueeze(-1).unbind(-2), strict=True):
            k = k * (c + rank_correlation(x1[..., group], x2[..., group])) / (c + 1.0)
        return k


def permutations(space: DesignSpace, columns: Sequence[int]) -> list[list[int]]:
    """Return, for each permutation parameter, the places of its columns among `columns`.

    Raises:
        IncompatibleError: If only some of the columns of a permutation are there.
    """
    place = {column: i for i, column in enumerate(columns)}
    groups = []
    for name, span in space.columns.items():
        group = [place[column] for column in range(span.start, span.stop) if column in place]
        if 0 < len(group) < span.stop - span.start:
            raise IncompatibleError(
                f"an order needs the positions of all its items: {len(group)} of the "
                f"{span.stop - span.start} columns of the permutation '{name}' are given; give all of them"
            )
        if group:
            groups.append(group)
    return groups


def rank_correlation(x1: Tensor, x2: Tensor) -> Tensor:
    """Return Kendall's tau, `... x n x m`, of `... x n x p` and `... x m x p` positions of `p` items."""
    first, second = torch.triu_indices(x1.shape[-1], x1.shape[-1], 1)
    a, b = ((x[..., first] - x[..., second]).sign().float() for x in (x1, x2))
    sums = (a @ b.mT).to(x1)  # exact: sums of signs are small integers
    return sums / len(first) if len(first) else sums + 1.0  # one item has one order
