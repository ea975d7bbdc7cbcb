"""`Dimension`: a parameter as other libraries describe one, a number, an integer or a category.

| our type | dimension | units that the library sees |
|---|---|---|
| `num`, `pow` | real, on a log scale for `pow` and `log: true` | natural |
| `int`, `pow_int` | integer, on a log scale for `pow_int` and `log: true` | natural |
| `cat`, `bool` | category | position in the list, False before True |
| `ordinal`, `step_int`, `int_exponent`, `num` with a step | integer | position on the grid |
| `sigmoid`, own types of one column | real, or integer on a grid | encoded column, or position on the grid |

A constant is no dimension: its column is put back by `Dimensions.columns`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.discrete import Bool
from hebo.design_space.parameters.integer import Integral
from hebo.design_space.parameters.numeric import Numeric
from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.parameters.scalar import Scalar
from hebo.design_space.parameters.scale import Linear, Log
from hebo.errors import IncompatibleError

Number = float | int
Point = tuple[Number, ...]
"""One value per dimension, in the units of the dimensions."""


@dataclass(frozen=True)
class Dimension:
    """One free parameter.

    Attributes:
        name: Of the parameter.
        kind: Category codes are the integers from `low` = 0 to `high`.
        low: Smallest value, in the units of the dimension.
        high: Largest value.
        log: Whether values are spread evenly over their logarithms.
        column: Of the encoded points.
        to_column: Takes a value to the encoded column.
        from_column: Takes the encoded column to a value.
    """

    name: str
    kind: Literal["real", "integer", "category"]
    low: Number
    high: Number
    log: bool
    column: int
    to_column: Callable[[float], float]
    from_column: Callable[[float], float]

    def read(self, encoded: float) -> Number:
        """Return the value of an encoded column, within the bounds."""
        value = self.from_column(encoded) if self.kind == "real" else round(self.from_column(encoded))
        return min(max(value, self.low), self.high)

    def clip(self, value: Number) -> Number:
        """Return a value that a library suggested as a plain number within the bounds."""
        plain = float(value) if self.kind == "real" else round(float(value))
        return min(max(plain, self.low), self.high)


class Dimensions:
    """The free parameters of a space, and the way from their values to encoded points.

    Args:
        space: The design space.
        peer: Name of the optimiser, for messages.

    Raises:
        IncompatibleError: If the space has something that other libraries' flat spaces cannot hold.
    """

    def __init__(self, space: DesignSpace, peer: str) -> None:
        _check_flat(space, peer)
        self.space, self.peer = space, peer
        named = ((name, one) for name, one in space.parameters.items() if one.cardinality != 1)
        self.free = tuple(_dimension(_scalar(one, peer), space.columns[name].start) for name, one in named)
        if not self.free:
            raise IncompatibleError(f"{peer} needs a free parameter, the space has constants only; add one")

    def points(self, x: Tensor) -> list[Point]:
        """Return encoded rows (`n x d`) as points."""
        return [tuple(one.read(row[one.column]) for one in self.free) for row in x.tolist()]

    def columns(self, points: Sequence[Sequence[Number]]) -> Tensor:
        """Return points as encoded feasible rows, `n x d`."""
        x = self.space.bounds[:1].repeat(len(points), 1)
        for row, point in enumerate(points):
            for one, value in zip(self.free, point, strict=True):
                x[row, one.column] = one.to_column(float(one.clip(value)))
        return self.space.project(x)


def _check_flat(space: DesignSpace, peer: str) -> None:
    """Refuse tables of candidates, and conditions, roles and constraints, naming the parameter."""
    if space.is_listed:
        raise IncompatibleError(
            f"{peer} would suggest points that are not among the {space.cardinality} candidates of the "
            "table; use 'hebo' or another optimiser of ours, which search the rows alone"
        )
    for name in space.conditions.codes:
        raise IncompatibleError(
            f"{peer} has no conditional parameters, but '{name}' has active_if; drop it, or use 'hebo'"
        )
    for name, role in space.roles.items():
        raise IncompatibleError(
            f"{peer} has no {role} parameters, but '{name}' is one; drop its role, or use 'hebo'"
        )
    if space.constraints.all:
        raise IncompatibleError(f"{peer} has no input constraints; drop those of the space, or use 'hebo'")


def _scalar(parameter: Parameter, peer: str) -> Scalar:
    if isinstance(parameter, Scalar):
        return parameter
    kind = type(parameter).__name__.lower()
    raise IncompatibleError(
        f"{peer} has no parameters of type {kind}, but '{parameter.name}' is one; "
        "describe it by numbers or categories, or use 'hebo'"
    )


def _dimension(one: Scalar, column: int) -> Dimension:
    if one.n_categories is not None or isinstance(one, Bool):
        return Dimension(one.name, "category", 0, int(one.cardinality or 0) - 1, False, column, float, float)
    natural = isinstance(one, Numeric) and isinstance(one.scale, (Linear, Log))
    if isinstance(one, Numeric) and natural and (one.grid is None or _has_every_integer(one)):
        low, high = one.natural_bounds
        ends: tuple[Number, Number] = (low, high) if one.grid is None else (int(low), int(high))
        kind: Literal["real", "integer"] = "real" if one.grid is None else "integer"
        forward, inverse = partial(_scaled, one.scale.forward), partial(_scaled, one.scale.inverse)
        return Dimension(one.name, kind, *ends, isinstance(one.scale, Log), column, forward, inverse)
    if one.grid is not None:
        high = int(one.grid.count.item()) - 1
        point, index = partial(_scaled, one.grid.point), partial(_scaled, one.grid.index)
        return Dimension(one.name, "integer", 0, high, False, column, point, index)
    low, high = one.bounds[:, 0].tolist()
    return Dimension(one.name, "real", low, high, False, column, float, float)


def _has_every_integer(one: Numeric) -> bool:
    """Say whether the grid is all integers between the bounds (`int`, `pow_int`)."""
    grid = one.grid
    return isinstance(one, Integral) and grid is not None and float(grid.step.item()) == 1.0


def _scaled(function: Callable[[Tensor], Tensor], value: float) -> float:
    return float(function(torch.tensor([value], dtype=torch.float64)).item())
