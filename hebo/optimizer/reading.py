"""Parsing of what a caller tells: frames in natural units become tensors that match the records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import torch
from pandas import DataFrame
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.labels import align_columns, align_rows
from hebo.errors import DataError
from hebo.optimizer.gradients import read_gradients
from hebo.optimizer.matching import identified, matched
from hebo.optimizer.measurements import Measurements
from hebo.optimizer.oriented import worst_of
from hebo.optimizer.records import Records
from hebo.optimizer.values import parse_constraints, parse_costs, parse_values, parse_variances
from hebo.outcomes import Outcomes


def read_points(x: DataFrame, space: DesignSpace, known: Tensor) -> Tensor:
    """Return a frame as encoded points, `n x d`, those near known ones (`k x d`) as these."""
    points = space.encode(x)
    return identified(points, space.blur(x, points), known, space)


def read_evaluated_at(evaluated_at: DataFrame, x: DataFrame, space: DesignSpace, records: Records) -> Tensor:
    """Return the points that the values of `x` belong to, one for each row of `x`."""
    name = "evaluated_at"
    remedy = (
        f"give {name} at the index of the points, or pass `{name}.set_axis(x.index)` to match by position"
    )
    found = read_points(align_rows(evaluated_at, x.index, name, remedy=remedy), space, records.pending)
    if len(found) != len(x):
        raise DataError(f"{name} has {len(found)} points for {len(x)} of x; give one for each")
    return found


def read_measured(
    x: DataFrame,
    points: Tensor,
    space: DesignSpace,
    records: Records,
    *,
    y: Any,
    constraints: Any = None,
    y_var: Any = None,
    cost: Any = None,
    gradient: Any = None,
) -> Measurements:
    """Read what was measured at a frame of points; see `Optimizer.tell`.

    Args:
        x: The frame, for its labels.
        points: The points that were measured, `n x d` encoded.
        space: Where they lie.
        records: What was told before.
        y: As for `tell`, as is the rest.
        constraints: Measured values of these.
        y_var: Known variances.
        cost: Costs.
        gradient: Derivatives.
    """
    table, names = align_columns(align_rows(y, x.index, "y"), records.objective_names, "y")
    bad_values, bad_limits = worst_of(records.outcomes)
    values = parse_values(table, len(x), records.n_objectives, bad_values)
    limits, limit_names = align_columns(
        align_rows(constraints, x.index, "constraints"), records.constraint_names, "constraints"
    )
    noise, _ = align_columns(align_rows(y_var, x.index, "y_var"), names, "y_var")
    return Measurements(
        values,
        parse_constraints(limits, len(x), records.n_constraints, bad_limits),
        parse_variances(noise, values),
        parse_costs(align_rows(cost, x.index, "cost"), len(x)),
        read_gradients(gradient, x, points, values, space),
        names,
        limit_names,
    )


def split_measured(y: Any, constraints: Any, index: pd.Index, outcomes: Outcomes | None) -> tuple[Any, Any]:
    """Return objectives and constraints apart, where one table has both under their stated names.

    Args:
        y: As for `Optimizer.tell`; a mapping of columns is a table.
        constraints: The same.
        index: The labels of the points, which a mapping has not.
        outcomes: What was stated of them.

    Raises:
        DataError: If a named table lacks an objective or a constraint, has another column, or constraints
            are given twice.
    """
    table, limits = (_as_table(one, index) for one in (y, constraints))
    if outcomes is None:
        return table, limits
    table, limits = _split(table, limits, outcomes)
    if (limits is None) != (not outcomes.constraints):
        stated = ", ".join(one.rule for one in outcomes.constraints) or "none"
        raise DataError(
            f"constraints are {'not given' if limits is None else 'given'}, and stated are: {stated}; give a "
            "value of each one that is stated, NaN where it was not measured"
        )
    return table, limits


def _split(table: Any, limits: Any, outcomes: Outcomes) -> tuple[Any, Any]:
    if not isinstance(table, DataFrame) or table.columns.equals(pd.RangeIndex(table.shape[1])):
        return table, limits
    objectives, bounded = list(outcomes.objective_names), list(outcomes.constraint_names)
    found = [str(name) for name in table.columns]
    has_limits = any(name in bounded for name in found)
    expected = objectives + (bounded if has_limits else [])
    if sorted(found) != sorted(expected):
        wanted = objectives + (bounded if limits is None else [])
        raise DataError(f"y has the columns {found}; expected {wanted}, as stated")
    if has_limits and limits is not None:
        raise DataError(f"{bounded} are in y and in constraints; give them once")
    named = table.set_axis(found, axis=1)
    return named[objectives], named[bounded] if has_limits else limits


def has_columns(table: Any, names: Iterable[str]) -> bool:
    """Say whether a table, or a mapping of columns, has a column of one of the names."""
    columns = table if isinstance(table, Mapping) else getattr(table, "columns", ())
    return not {str(one) for one in columns}.isdisjoint(names)


def _as_table(values: Any, index: pd.Index) -> Any:
    """Return a mapping of columns as a frame, anything else as it is."""
    if not isinstance(values, Mapping):
        return values
    has_labels = any(isinstance(one, pd.Series) for one in values.values())
    try:
        return DataFrame(dict(values), index=None if has_labels else index)
    except ValueError as error:
        raise DataError(f"{dict(values)!r:.80} is no table ({error}); give columns of one length") from error


def read_comparisons(
    better: DataFrame, worse: DataFrame, space: DesignSpace, records: Records
) -> tuple[Tensor, Tensor]:
    """Return the points of comparisons, `k x d` each, row by row; see `Preferring.prefer`.

    Raises:
        DataError: If the frames differ in length, or a point is preferred to itself.
    """
    known = torch.cat([records.pending, records.compared])
    first, second = (read_points(frame, space, known) for frame in (better, worse))
    if len(first) != len(second):
        raise DataError(
            f"there are {len(first)} better points and {len(second)} worse ones; row i of `better` is "
            "preferred to row i of `worse`: give as many, and repeat a point that won or lost several times"
        )
    same = (first == second).all(1)
    if bool(same.any()):
        row = int(same.nonzero()[0])
        (point,) = space.decode(first[row].unsqueeze(0)).to_dict("records")
        raise DataError(f"row {row}: {point} is preferred to itself; leave the row out")
    return first, second


def read_known(x: DataFrame, space: DesignSpace, records: Records) -> tuple[Tensor, Tensor]:
    """Return pending, told or compared points of a frame, `n x d`, and which are not pending, `n` bool.

    A row is a pending point where there is such a one.
    """
    points = read_points(x, space, records.pending)
    places: Iterable[int | None] = matched(points, records.pending, torch.zeros_like(points))
    is_told = torch.tensor([place is None for place in places], dtype=torch.bool)
    if is_told.any():
        known = torch.cat([records.x, records.compared])
        points[is_told] = read_points(x[is_told.numpy()], space, known)
    return points, is_told
