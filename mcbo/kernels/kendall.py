"""Kendall kernel of permutations: orders are alike that put many pairs of items the same way round."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from gpytorch.kernels import Kernel
from torch import Tensor

from hebo.kernels.correlation import Correlation, PositiveParameter, log_normal, register_positive
from mcbo.kernels.orders import OrderRecipe, rank_correlation


class Kendall(OrderRecipe):
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

    def _of_groups(self, columns: Sequence[int], groups: Sequence[list[int]]) -> Kernel:
        return KendallKernel(columns, groups)


class KendallKernel(Correlation):
    """The kernel of `Kendall`.

    Args:
        columns: See `Correlation`.
        groups: The places among `columns` of each permutation.

    Attributes:
        offset: The offsets, `... x 1 x g`.
    """

    offset = PositiveParameter()

    def __init__(self, columns: Sequence[int], groups: Sequence[list[int]]) -> None:
        super().__init__(columns)
        self.groups = list(groups)
        start = torch.ones(1, len(groups), dtype=torch.float64)
        register_positive(self, "offset", start, log_normal(mode=1.0, spread=1.0))

    def correlation(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the correlations, `... x n x m`."""
        k = x1.new_ones(())
        for group, c in zip(self.groups, self.offset.unsqueeze(-1).unbind(-2), strict=True):
            k = k * (c + rank_correlation(x1[..., group], x2[..., group])) / (c + 1.0)
        return k
