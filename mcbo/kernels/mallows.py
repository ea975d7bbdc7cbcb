"""Mallows kernel of permutations: correlation decays with the number of discordant pairs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from gpytorch.kernels import Kernel
from torch import Tensor

from hebo.kernels.correlation import Correlation, PositiveParameter, log_normal, register_positive
from mcbo.kernels.orders import OrderRecipe, rank_correlation

RATE = 4.0
"""Mode of the prior of the rates: unrelated orders, at half the largest distance, have correlation `e^-2`."""


class Mallows(OrderRecipe):
    """`k = prod_g exp(-r_g d_g)` over the permutation parameters `g`, with learned rates `r_g`.

    `d`, the share of the `p (p - 1) / 2` pairs of items that two orders put differently, is Kendall's
    distance in units of the largest one: 0 for equal orders, 1 for an order and its reverse. So a rate means
    the same for any number of items. The kernel is from Jiao and Vert (2015), there with the plain number of
    pairs; its use in Bayesian optimization from Deshwal et al. (2112.01049). Unlike `Kendall`, which is
    linear in the pairs, it has room for any function of the order (Mania et al., 1603.08035).
    """

    def _of_groups(self, columns: Sequence[int], groups: Sequence[list[int]]) -> Kernel:
        return MallowsKernel(columns, groups)


class MallowsKernel(Correlation):
    """The kernel of `Mallows`.

    Args:
        columns: See `Correlation`.
        groups: The places among `columns` of each permutation.

    Attributes:
        rate: The rates, `... x 1 x g`.
    """

    rate = PositiveParameter()

    def __init__(self, columns: Sequence[int], groups: Sequence[list[int]]) -> None:
        super().__init__(columns)
        self.groups = list(groups)
        start = torch.full((1, len(groups)), RATE, dtype=torch.float64)
        register_positive(self, "rate", start, log_normal(mode=RATE, spread=1.0))

    def correlation(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the correlations, `... x n x m`."""
        exponent = x1.new_zeros(())
        for group, rate in zip(self.groups, self.rate.unsqueeze(-1).unbind(-2), strict=True):
            exponent = exponent + rate * (rank_correlation(x1[..., group], x2[..., group]) - 1.0) / 2.0
        return exponent.exp()
