"""Points of a campaign: natural values, and encoded columns where a point lies in the space.

The parameters of a campaign may change between rounds, so that what was asked or told before may lie outside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.json_values import from_json_value, to_json_value
from hebo.design_space.values.plain_values import plain
from hebo.errors import DataError

Point = dict[str, Any]
"""Parameter -> natural value."""

Stored = list[float] | dict[str, Any]
"""A point as a document has it: encoded, or its natural values where it lies outside the space."""

_SAME = 1e-9
"""Relative difference of natural numbers that are the same setting."""


@dataclass(frozen=True, eq=False)
class At:
    """A point.

    Attributes:
        values: Parameter -> natural value.
        x: `d` encoded columns; None where the point lies outside the space.
    """

    values: Point
    x: Tensor | None

    @property
    def stored(self) -> Stored:
        """What a document has of it."""
        return as_stored(self.values) if self.x is None else self.x.tolist()


def is_same_point(one: At, other: At) -> bool:
    """Say whether two points are the same but for the last digits of a float."""
    if one.x is not None and other.x is not None:
        return bool(torch.isclose(one.x, other.x, rtol=1e-12, atol=1e-12).all())
    if one.x is not None or other.x is not None or one.values.keys() != other.values.keys():
        return False
    return all(_is_same_value(value, other.values[name]) for name, value in one.values.items())


def points_of(space: DesignSpace, rows: Sequence[Stored]) -> list[At]:
    """Return points as a document has them."""
    encoded = [row for row in rows if isinstance(row, list)]
    x = torch.tensor(encoded, dtype=torch.float64).reshape(-1, space.n_dims)
    inside = zip(_natural(space, x), x, strict=True)
    return [At(*next(inside)) if isinstance(row, list) else At(_read(row), None) for row in rows]


def point_at(space: DesignSpace, values: Mapping[str, Any]) -> At:
    """Return the point with some natural values.

    Raises:
        DataError: If it lies outside the space.
    """
    frame = pd.DataFrame({name: pd.Series([one], dtype=object) for name, one in values.items()})
    x = space.encode(frame)
    return At(_natural(space, x)[0], x[0])


def point_anywhere(space: DesignSpace, values: Mapping[str, Any]) -> At:
    """Return the point with some natural values, inside the space or outside."""
    try:
        return point_at(space, values)
    except DataError:
        return At(dict(values), None)


def as_stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return natural values in JSON types."""
    return {name: to_json_value(plain(one)) for name, one in values.items()}


def table_of(space: DesignSpace, points: Sequence[At], numbers: Sequence[int]) -> pd.DataFrame:
    """Return points as a table in natural units, with numbers as index."""
    index = pd.Index(numbers, dtype=int)
    if all(one.x is not None for one in points):
        return space.decode(encoded(space, points)).set_index(index)
    columns = {name: [one.values[name] for one in points] for name in space.names}
    return pd.DataFrame(columns, index=index, dtype=object)


def encoded(space: DesignSpace, points: Sequence[At]) -> Tensor:
    """Return the encoded columns of points that lie in the space, `k x d`."""
    rows = [one.x for one in points if one.x is not None]
    return torch.stack(rows) if rows else torch.empty(0, space.n_dims, dtype=torch.float64)


def _natural(space: DesignSpace, x: Tensor) -> list[Point]:
    records = space.decode(x).astype(object).to_dict("records")
    return [{str(name): value for name, value in one.items()} for one in records]


def _read(row: Mapping[str, Any]) -> Point:
    return {name: from_json_value(one) for name, one in row.items()}


def _is_same_value(one: Any, other: Any) -> bool:
    numbers = all(isinstance(which, int | float) and not isinstance(which, bool) for which in (one, other))
    if numbers:
        return math.isclose(one, other, rel_tol=_SAME)
    return type(one) is type(other) and bool(one == other)
