"""`permutation`: an order of given items."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.parameters.value_table import ValueTable, index_values, read_values
from hebo.design_space.values.plain_values import is_number, object_column, plain

MAX_SWAPS = 1000
"""Swaps looked at from one order; of the others of a long permutation a random part is taken."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Permutation(Parameter):
    """`permutation`: the order of `items`, or of `0 .. length - 1`.

    One column per item holds the position of that item. So the nearest permutation to any point is the
    ranks of its columns (rearrangement inequality), and the squared Euclidean distance of two orders is
    Spearman's distance. In a frame a value is the list of the items in their order.
    """

    items: tuple[Any, ...] | None = None
    length: int | None = None

    def __post_init__(self) -> None:
        """Check that there are distinct items, given in one way."""
        if (self.items is None) == (self.length is None):
            raise self.problem("items", self.items, "is given with or without length; give exactly one")
        if self.length is None:
            object.__setattr__(self, "items", read_values(self, "items", self.items))
        elif not is_number(self.length) or int(self.length) != self.length or self.length < 1:
            raise self.problem("length", self.length, "must be an integer of at least 1")
        else:
            object.__setattr__(self, "length", int(self.length))
        _ = self.table

    @cached_property
    def table(self) -> ValueTable:
        """Finds the column of an item."""
        return index_values(self, "items", self.values)

    @cached_property
    def values(self) -> tuple[Any, ...]:
        """The items, in the order of their columns."""
        return tuple(range(self.length or 0)) if self.items is None else self.items

    @property
    def n_columns(self) -> int:
        """One column per item."""
        return len(self.values)

    @cached_property
    def bounds(self) -> Tensor:
        """`2 x p`, first and last position."""
        last = torch.full((self.n_columns,), self.n_columns - 1.0, dtype=torch.float64)
        return torch.stack([torch.zeros_like(last), last])

    @property
    def cardinality(self) -> int:
        """Number of orders, `p!`."""
        return math.factorial(self.n_columns)

    @property
    def canonical(self) -> Tensor:
        """The items in the order of the definition."""
        return torch.arange(self.n_columns, dtype=torch.float64)

    def project(self, x: Tensor) -> Tensor:
        """Return the ranks of each row; equal values keep the order of their columns."""
        return x.argsort(dim=1, stable=True).argsort(dim=1).to(x.dtype)

    def from_unit(self, u: Tensor) -> Tensor:
        """Return the ranks of uniform numbers: every order alike."""
        return self.project(u)

    def neighbors(self, x: Tensor, *, generator: Generator) -> Tensor:
        """Return the orders in which two items have changed places."""
        first, second = torch.triu_indices(self.n_columns, self.n_columns, offset=1)
        chosen = torch.randperm(len(first), generator=generator)[:MAX_SWAPS]
        first, second = first[chosen].unsqueeze(1), second[chosen].unsqueeze(1)
        swapped = x.repeat(len(chosen), 1)
        swapped.scatter_(1, first, x[second])
        return swapped.scatter_(1, second, x[first])

    def every(self) -> Tensor:
        """Return all orders, `p! x p`."""
        orders = list(itertools.permutations(range(self.n_columns)))
        return torch.tensor(orders, dtype=torch.float64)

    def encode(self, values: np.ndarray[Any, Any]) -> Tensor:
        """Encode lists of the items in their order."""
        return torch.tensor(
            [self._positions(row, value) for row, value in enumerate(values)], dtype=torch.float64
        ).reshape(len(values), self.n_columns)

    def _positions(self, row: int, value: Any) -> list[int]:
        """Return the position of each item in one list."""
        value = plain(value)
        if not isinstance(value, (list, tuple)):
            raise self.bad_value(row, value, f"is not a list of the {self.n_columns} items in their order")
        columns = [column for column in map(self.table.find, value) if column is not None]
        if len(columns) != len(value) or sorted(columns) != list(range(self.n_columns)):
            raise self.bad_value(row, value, f"is not an order of all of {list(self.values)}, each once")
        positions = [0] * self.n_columns
        for position, column in enumerate(columns):
            positions[column] = position
        return positions

    def decode(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return lists of the items in their order, as an object array."""
        orders = x.argsort(dim=1, stable=True).tolist()
        return object_column([self.values[column] for column in order] for order in orders)
