"""Relevance: how much each column counts in the distances of a task, read from its observations.

Notation: `t` tasks, `n` observations, `d` columns, `h` heads.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from hebo.surrogates.neural_process.embedding import Points, coordinates, squared_distances

_RATES = (0.0, 10.0, 100.0)
"""Decay of the weights of pairs with their squared distance."""
_TINY = 1e-6
_N_KIND = 4
_HIDDEN = 32
_MAX_LOG = 4.0


class Relevance(nn.Module):
    """Log weights of columns, a function of scores that has no order of columns.

    The score of a column is the log ratio of two means of squared differences of values over pairs of
    observations: those of all pairs, and those weighted by the squared difference of the pair in the column.
    Pairs count the less the farther they are apart, at three rates. A column that the values depend on has
    larger scores than others; it is what the gradient of a marginal likelihood by its lengthscale looks at.

    Args:
        n_heads: `h`.
    """

    def __init__(self, n_heads: int) -> None:
        super().__init__()
        self.first = nn.Linear(len(_RATES) + _N_KIND, _HIDDEN)
        self.second = nn.Linear(2 * _HIDDEN, _HIDDEN)
        self.out = nn.Linear(_HIDDEN, n_heads)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, context: Points, y: Tensor) -> Tensor:
        """Return weights of columns, `t x h x d`, around one.

        Args:
            context: `t x n` observed points.
            y: `t x n` standardized values.
        """
        t, n = y.shape
        is_category = [0.0] * len(context.levels) + [1.0] * len(context.categories)
        sizes = [math.log(n), math.log(context.n_columns)]
        kinds = torch.tensor(
            [
                [one, max(0, n) / 40, *sizes]
                for one, n in zip(is_category, (*context.levels, *context.categories), strict=True)
            ]
        ).to(y)
        features = torch.cat([scores(context, y), kinds.expand(t, -1, -1)], -1)
        hidden = functional.gelu(self.first(features))
        pooled = hidden.mean(1, keepdim=True).expand_as(hidden)
        log_weights = self.out(functional.gelu(self.second(torch.cat([hidden, pooled], -1))))
        weights: Tensor = (_MAX_LOG * torch.tanh(log_weights / _MAX_LOG)).exp().mT
        return weights


def scores(context: Points, y: Tensor) -> Tensor:
    """Return the scores of columns, `t x d x 3`, in the precision of `y`.

    They are computed in double precision: sums of squared differences are differences of sums of squares,
    and vanish where all near pairs are of one category.
    """
    values, points = y.double(), context.doubled()
    apart = (values.unsqueeze(2) - values.unsqueeze(1)).square()
    distances = squared_distances(points, points)
    found = []
    for rate in _RATES:
        near = torch.exp(-rate * distances)
        overall = (near * apart).sum((1, 2)) / near.sum((1, 2))
        weighted = _spread(near * apart, points) / (_spread(near, points) + _TINY)
        found.append(((weighted + _TINY) / (overall.unsqueeze(-1) + _TINY)).log() / 4)
    return torch.stack(found, -1).to(y)


def _spread(weights: Tensor, points: Points) -> Tensor:
    """Return `sum_ij w_ij (x_ik - x_jk)^2`, `t x d`, for symmetric weights `t x n x n`."""
    x, columns = coordinates(points)
    total = weights.sum(2, keepdim=True)
    squares = 2 * ((total * x.square()).sum(1) - (x * (weights @ x)).sum(1)).clamp_min(0)
    return x.new_zeros(len(x), points.n_columns).index_add(1, columns, squares)
