"""One-hot encoding of nominal columns, whose inner products count matches."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import Module

from hebo.design_space.column_kinds import n_levels
from hebo.design_space.design_space import DesignSpace


class OneHot(Module):
    """Writes `d` nominal columns of `c_i` categories as `C = sum_i c_i` indicators.

    A matrix product of indicators counts matches without an array of all pairs of points and columns.

    Args:
        space: Gives the categories.
        columns: The `d` nominal columns; may be none.

    Attributes:
        n_categories: The numbers `c_i`.
        column: Which of the `d` columns an indicator belongs to, `C`.
        category: Which of its categories an indicator stands for, `C`.
    """

    column: Tensor
    category: Tensor
    first: Tensor
    gap: Tensor

    def __init__(self, space: DesignSpace, columns: Sequence[int]) -> None:
        super().__init__()
        self.n_categories = [n_levels(space, column) for column in columns]
        counts = torch.tensor(self.n_categories, dtype=torch.long)
        first, last = space.bounds[:, list(columns)]
        self.register_buffer("column", torch.arange(len(columns)).repeat_interleave(counts))
        category = [number for c in self.n_categories for number in range(c)]
        self.register_buffer("category", torch.tensor(category, dtype=torch.float64))
        # Two levels need not be 0 and 1: the column of an integer from 3 to 4 holds 3 and 4.
        self.register_buffer("first", first)
        self.register_buffer("gap", torch.where(counts > 1, (last - first) / (counts - 1), 1.0))

    def forward(self, x: Tensor) -> Tensor:
        """Return the indicators, `... x C`, of points with these columns only, `... x d`."""
        return (self.codes(x).index_select(-1, self.column) == self.category).to(self.gap)

    def codes(self, x: Tensor) -> Tensor:
        """Return the numbers of the categories, `... x d`, of points with these columns only."""
        return ((x - self.first) / self.gap).round()

    def matches(self, a: Tensor, b: Tensor, weights: Tensor) -> Tensor:
        """Return `sum_i w_i [x_i = x'_i]`, `... x n x m`, of two sets of indicators.

        Args:
            a: `... x n x C`.
            b: `... x m x C`.
            weights: `... x 1 x d`.
        """
        return (a * weights.index_select(-1, self.column)) @ b.mT

    def decay(self, a: Tensor, b: Tensor, weights: Tensor) -> Tensor:
        """Return `exp(-sum_i w_i [x_i != x'_i])`, `... x n x m`; see `matches`."""
        return (self.matches(a, b, weights) - weights.sum(-1, keepdim=True)).exp()
