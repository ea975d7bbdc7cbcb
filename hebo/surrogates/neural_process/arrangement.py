"""Arrangement: encoded columns as a network takes them, in an order that does not depend on the space's."""

from __future__ import annotations

import torch
from torch import Tensor, dtype

from hebo.design_space.design_space import DesignSpace
from hebo.surrogates.neural_process.embedding import Points


class Arrangement:
    """The columns of a space, sorted by name: a space with the same parameters in another order has the same.

    The random signs that tell columns apart go with this order. The order of categories is that of the
    parameter.

    Args:
        space: The space.
        most_levels: A numeric column with more values counts as continuous.
    """

    def __init__(self, space: DesignSpace, most_levels: int) -> None:
        self._numeric: list[int] = []
        self._categorical: list[int] = []
        levels: list[int] = []
        for name in sorted(space.names):
            span, parameter = space.columns[name], space.parameters[name]
            columns = range(span.start, span.stop)
            if parameter.n_categories is not None:
                self._categorical += columns
                continue
            self._numeric += columns
            count = parameter.cardinality or 0
            levels += [count if count <= most_levels else 0] * len(columns)
        self.levels = tuple(levels)
        self.categories = tuple(space.categorical_dims[column] for column in self._categorical)
        lower, upper = space.bounds[:, self._numeric]
        is_constant = (upper == lower).to(lower)
        self._lower, self._range = lower - 0.5 * is_constant, upper - lower + is_constant

    def points(self, x: Tensor, precision: dtype) -> Points:
        """Return `t x b x d` encoded points as the network takes them."""
        scaled = (x[..., self._numeric] - self._lower.to(x)) / self._range.to(x)
        codes = x[..., self._categorical]
        return Points(scaled.to(precision), codes.to(precision), self.levels, self.categories)

    def encoded(self, x: Tensor) -> Tensor:
        """Return encoded points of numeric columns in `[0, 1]` with codes behind them, both `... x d`."""
        k, found = len(self._numeric), torch.empty_like(x)
        found[..., self._numeric] = self._lower.to(x) + x[..., :k] * self._range.to(x)
        found[..., self._categorical] = x[..., k:]
        return found
