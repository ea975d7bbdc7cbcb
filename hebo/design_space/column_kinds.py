"""Column kinds: which encoded columns are nominal, ordered, continuous, or positions of a permutation."""

from __future__ import annotations

from typing import Any, Literal

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.parameters.permutation import Permutation
from hebo.design_space.parameters.sequence import Sequence

ColumnKind = Literal["nominal", "ordered", "continuous", "permutation"]
"""Nominal: categories, and ordered columns of two levels. Ordered: of more levels. Permutation: positions."""


def columns_by_kind(space: DesignSpace) -> dict[ColumnKind, list[int]]:
    """Return the columns of each kind that a space has, in order; a column is of one kind."""
    found: dict[ColumnKind, list[int]] = {}
    for name, parameter in space.parameters.items():
        columns = range(space.columns[name].start, space.columns[name].stop)
        found.setdefault(_kind_of(parameter), []).extend(columns)
    return found


def n_levels(space: DesignSpace, column: int) -> int:
    """Return the number of values of a nominal column."""
    return space.categorical_dims.get(column, 2)


def parameter_name(space: DesignSpace, column: int) -> str:
    """Return the name of the parameter that a column belongs to."""
    return next(name for name, span in space.columns.items() if span.start <= column < span.stop)


def categories_of(space: DesignSpace, column: int) -> list[Any]:
    """Return the values that the codes of a nominal column stand for, in order; letters of a sequence."""
    parameter = space.parameters[parameter_name(space, column)]
    if isinstance(parameter, Sequence):
        return list(parameter.alphabet)
    values: list[Any] = parameter.decode(parameter.every()).tolist()
    return values


def _kind_of(parameter: Parameter) -> ColumnKind:
    if isinstance(parameter, Permutation):
        return "permutation"
    if parameter.n_categories is not None or parameter.cardinality == 2:
        return "nominal"
    return "continuous" if parameter.cardinality is None else "ordered"
