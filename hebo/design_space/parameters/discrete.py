"""Booleans, categories and ordinals: parameters with listed values (`bool`, `cat`, `ordinal`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Generator, Tensor

from hebo.design_space.parameters.grid import Grid
from hebo.design_space.parameters.numeric import Numeric
from hebo.design_space.parameters.scalar import Scalar
from hebo.design_space.parameters.scale import Linear, Scale
from hebo.design_space.parameters.value_table import ValueTable, index_values, read_values
from hebo.design_space.values.plain_values import typed_column


@dataclass(frozen=True, kw_only=True, eq=False)
class Bool(Numeric):
    """`bool`: False or True, encoded as the number 0 or 1 (one column, not a category)."""

    @property
    def natural_bounds(self) -> tuple[float, float]:
        """Zero and one."""
        return 0.0, 1.0

    @property
    def scale(self) -> Scale:
        """Linear."""
        return Linear()

    @cached_property
    def grid(self) -> Grid:
        """Zero and one."""
        return Grid.of(0, 1, 2)

    def encode(self, values: np.ndarray[Any, Any]) -> Tensor:
        """Encode `True`, `False` and the numbers 0 and 1."""
        codes = _codes(self, _BOOLS, values, "is not a truth value; give True or False")
        return torch.tensor(codes, dtype=torch.float64).unsqueeze(1)

    def decode(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return booleans."""
        return (x[:, 0] > 0.5).numpy()


class Listed(Scalar):
    """A parameter whose column holds the position of a value in the list kept under the key `_key`.

    Attributes:
        table: Finds the position of a value.
    """

    _key: ClassVar[str]
    table: ValueTable

    def __post_init__(self) -> None:
        """Check that the values are distinct."""
        object.__setattr__(self, self._key, read_values(self, self._key, self.values))
        object.__setattr__(self, "table", index_values(self, self._key, self.values))

    @property
    def values(self) -> tuple[Any, ...]:
        """The values, in the order of their codes."""
        values: tuple[Any, ...] = getattr(self, self._key)
        return values

    @cached_property
    def grid(self) -> Grid:
        """The codes `0 .. c-1`."""
        return Grid.of(0, 1, len(self.values))

    @cached_property
    def bounds(self) -> Tensor:
        """`2 x 1`, first and last code."""
        return torch.tensor([[0.0], [len(self.values) - 1.0]], dtype=torch.float64)

    def encode(self, values: np.ndarray[Any, Any]) -> Tensor:
        """Look up the code of each value, by type and content (see `ValueTable`)."""
        shown = ", ".join(map(repr, self.values[:8])) + (", ..." if len(self.values) > 8 else "")
        codes = _codes(self, self.table, values, f"is not one of the known values; give one of {shown}")
        return torch.tensor(codes, dtype=torch.float64).unsqueeze(1)

    def decode(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return the original values; see `typed_column`."""
        codes = self.grid.index(x)[:, 0].long().numpy()
        return self._column.take(codes)

    @cached_property
    def _column(self) -> np.ndarray[Any, Any]:
        return typed_column(self.values)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cat(Listed):
    """`cat`: one of `categories`, which have no order; a code in `categorical_dims`."""

    _key: ClassVar[str] = "categories"

    categories: tuple[Any, ...]

    @property
    def n_categories(self) -> int:
        """Number of categories."""
        return len(self.categories)

    @property
    def canonical(self) -> Tensor:
        """The first category."""
        return torch.zeros(1, dtype=torch.float64)

    def neighbors(self, x: Tensor, *, generator: Generator) -> Tensor:
        """Return all other categories."""
        codes = torch.arange(len(self.categories), dtype=torch.float64).unsqueeze(1)
        return codes[codes[:, 0] != x[0]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ordinal(Listed):
    """`ordinal`: one of `levels`, listed in their order; encoded as the rank, a discrete number."""

    _key: ClassVar[str] = "levels"

    levels: tuple[Any, ...]


_BOOLS = ValueTable([False, True])


def _codes(parameter: Scalar, table: ValueTable, values: np.ndarray[Any, Any], remedy: str) -> list[int]:
    """Return the codes of a column of a frame.

    Raises:
        DataError: For the first value that is not in the table.
    """
    codes = []
    for row, value in enumerate(values):
        code = table.find(value)
        if code is None:
            if isinstance(value, np.float32) and len(table.rounding_to(value)) > 1:
                remedy = "is several of the values in single precision; give it in 64 bits"
            raise parameter.bad_value(row, value, remedy)
        codes.append(code)
    return codes
