"""Embedding of points with any columns in any order: a sum over columns of one function of value and column.

Notation: `t` tasks, `b` points, `k` numeric and `c` categorical columns, `d = k + c`, `p` size of the signs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor, nn

_FREQUENCIES = (1.0, 2.0, 4.0, 8.0)
"""Of the sines and cosines of a value, in half waves over its range."""

_N_VALUE = 1 + 2 * len(_FREQUENCIES)
_N_KIND = 4
_CATEGORY = 0.5
"""Coordinate of a point along its own category: two categories are at a squared distance of one half."""


@dataclass(frozen=True)
class Signs:
    """Random unit vectors that tell columns and categories apart: the columns of a task have no order.

    Attributes:
        columns: `t x d x p`, those of the numeric columns first.
        categories: `t x c x v x p`, of each category of each categorical column.
    """

    columns: Tensor
    categories: Tensor

    @staticmethod
    def draw(
        n_tasks: int, n_numeric: int, categories: tuple[int, ...], p: int, generator: Generator
    ) -> Signs:
        """Draw signs, on the device of the generator.

        Args:
            n_tasks: `t`.
            n_numeric: `k`.
            categories: Number of categories of each categorical column.
            p: Size of the signs.
            generator: Draws them.
        """
        c, most = len(categories), max(categories, default=1)
        both = torch.randn(n_tasks, n_numeric + c + c * most, p, generator=generator, device=generator.device)
        both = both / both.norm(dim=-1, keepdim=True)
        columns, codes = both.split([n_numeric + c, c * most], dim=1)
        return Signs(columns, codes.unflatten(1, (c, most)) if c else codes.reshape(n_tasks, 0, most, p))

    def to(self, like: Tensor) -> Signs:
        """Return the signs on the device and in the precision of a tensor."""
        return Signs(self.columns.to(like), self.categories.to(like))

    def repeated(self, n: int) -> Signs:
        """Return these signs `n` times, one after the other."""
        return Signs(self.columns.repeat(n, 1, 1), self.categories.repeat(n, 1, 1, 1))


@dataclass(frozen=True)
class Points:
    """Points of tasks with the same columns.

    Attributes:
        numeric: `t x b x k` values in `[0, 1]`.
        codes: `t x b x c` codes of categories.
        levels: Number of values of each numeric column, 0 where it is continuous; `k` entries.
        categories: Number of categories of each categorical column; `c` entries.
    """

    numeric: Tensor
    codes: Tensor
    levels: tuple[int, ...]
    categories: tuple[int, ...]

    @property
    def n_columns(self) -> int:
        """`d`."""
        return len(self.levels) + len(self.categories)

    def doubled(self) -> Points:
        """Return the points in double precision."""
        return replace(self, numeric=self.numeric.double(), codes=self.codes.double())

    def joined(self, other: Points) -> Points:
        """Return these points with further ones behind them."""
        return replace(
            self,
            numeric=torch.cat([self.numeric, other.numeric], 1),
            codes=torch.cat([self.codes, other.codes], 1),
        )


def coordinates(points: Points) -> tuple[Tensor, Tensor]:
    """Return points as numbers whose squared differences add up to distances, and the column of each number.

    Numeric columns have one, categorical ones have one for each category, so that two categories are at a
    squared distance of one half, where the ends of a numeric column are 1 apart.

    Returns:
        `t x b x e` numbers, and `e` columns.
    """
    columns = list(range(len(points.levels)))
    parts = [points.numeric - 0.5]  # smaller numbers, smaller rounding of differences
    for place, n in enumerate(points.categories):
        codes = points.codes[..., place : place + 1]
        parts.append(_CATEGORY * (codes == torch.arange(n, device=codes.device)).to(points.numeric))
        columns += [len(points.levels) + place] * n
    return torch.cat(parts, -1), torch.tensor(columns, device=points.numeric.device, dtype=torch.long)


def squared_distances(a: Points, b: Points, weights: Tensor | None = None) -> Tensor:
    """Return mean weighted squared distances per column of `t x b` and `t x n` points.

    Args:
        a: `t x b` points.
        b: `t x n` points.
        weights: `t x h x d` of the columns; None for one each.

    Returns:
        `t x b x n` distances, `t x h x b x n` with weights.
    """
    (of_a, columns), (of_b, _) = coordinates(a), coordinates(b)
    if weights is None:
        scaled = of_a
    else:
        per_number = weights[..., columns].unsqueeze(2)
        of_a, of_b = of_a.unsqueeze(1), of_b.unsqueeze(1)
        scaled = of_a * per_number
    squares = (scaled * of_a).sum(-1).unsqueeze(-1)
    others = of_b.square() if weights is None else of_b.square() * per_number
    total = squares + others.sum(-1).unsqueeze(-2) - 2 * scaled @ of_b.mT
    mean: Tensor = total.clamp_min(0) / a.n_columns
    return mean


class Embedding(nn.Module):
    """Sum over columns of a gated MLP of value, kind and sign of the column.

    A column has `gelu(W [value features, kind, sign]) * (U sign)`. The gate keeps columns apart in the sum:
    the product of two points' embeddings is about the sum over columns of products of their own features.

    Args:
        width: Size of the embedding.
        hidden: Size of the hidden layer of a column.
        p: Size of the signs.
    """

    def __init__(self, width: int, hidden: int, p: int) -> None:
        super().__init__()
        self.p = p
        self.of_value = nn.Linear(_N_VALUE, hidden, bias=False)
        self.of_category = nn.Linear(p, hidden, bias=False)
        self.of_column = nn.Linear(_N_KIND + p, hidden)
        self.gate = nn.Linear(p, hidden)
        self.out = nn.Linear(hidden, width)
        nn.init.normal_(self.gate.weight, std=1.0)
        nn.init.normal_(self.of_category.weight, std=1.0)
        nn.init.normal_(self.of_value.weight, std=0.7)

    def forward(self, points: Points, signs: Signs) -> Tensor:
        """Return embeddings, `t x b x width`."""
        kinds = _kinds(points).unsqueeze(0).expand(len(signs.columns), -1, -1)
        per_column = self.of_column(torch.cat([kinds, signs.columns], -1)).unsqueeze(1)
        gates = self.gate(signs.columns).unsqueeze(1)
        k = len(points.levels)
        values = [self.of_value(_value_features(points.numeric))]
        if points.categories:
            values.append(self._of_codes(points.codes, signs.categories))
        hidden = nn.functional.gelu(torch.cat(values, 2) + per_column) * gates
        embedded: Tensor = self.out(hidden.sum(2) / max(1, k + len(points.categories)) ** 0.5)
        return embedded

    def _of_codes(self, codes: Tensor, signs: Tensor) -> Tensor:
        """Return what categories add, `t x b x c x hidden`: linear in the sign of the category."""
        table = self.of_category(signs)  # t x c x v x hidden
        t, _, c = codes.shape
        task = torch.arange(t, device=codes.device).reshape(t, 1, 1)
        column = torch.arange(c, device=codes.device).reshape(1, 1, c)
        found: Tensor = table[task, column, codes.long()]
        return found


def _value_features(values: Tensor) -> Tensor:
    """Return features of numeric values, `... x 9`: centered, and sines and cosines."""
    frequencies = torch.pi * torch.tensor(_FREQUENCIES, dtype=values.dtype, device=values.device)
    phase = values.unsqueeze(-1) * frequencies
    return torch.cat([2 * values.unsqueeze(-1) - 1, phase.sin(), phase.cos()], -1)


def _kinds(points: Points) -> Tensor:
    """Return features of columns, `d x 4`: continuous, with levels, categorical, log number of values."""
    rows = [[1.0, 0.0, 0.0, 0.0] if not n else [0.0, 1.0, 0.0, n] for n in points.levels]
    rows += [[0.0, 0.0, 1.0, n] for n in points.categories]
    kinds = torch.tensor(rows, dtype=points.numeric.dtype, device=points.numeric.device)
    kinds[:, -1] = (kinds[:, -1] + 1).log() / 4
    return kinds
