"""Parsing of objective and constraint values into checked tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hebo.errors import DataError

Worst = Sequence[float] | None
"""The infinity that stands for a failure, by column, NaN where both do; None: +inf in all columns."""


def parse_values(y: Any, n_points: int, n_objectives: int | None, worst: Worst = None) -> Tensor:
    """Return `y` as an `n x m` float64 tensor, NaN where an evaluation failed.

    Args:
        y: `n` or `n x m` numbers: an array, list, Series, DataFrame or tensor. NaN, None and the infinity on
            the bad side mark a failed evaluation.
        n_points: The `n` that is expected.
        n_objectives: The `m` of earlier values, or None.
        worst: The infinities on the bad side.

    Raises:
        DataError: If the shape is wrong or a value is not a real number; the infinity on the good side is
            refused as well, since no point could ever improve on it.
    """
    table = _as_table(y, n_points, "y", "n_objectives")
    if n_objectives is not None and table.shape[1] != n_objectives:
        raise DataError(f"y has {table.shape[1]} columns, earlier values had {n_objectives}")
    return _as_tensor(table, "y", "cannot be improved on", worst)


def parse_constraints(values: Any, n_points: int, n_constraints: int | None, worst: Worst = None) -> Tensor:
    """Return measured constraint values as an `n x c` float64 tensor, NaN where one was not measured.

    Args:
        values: `n` or `n x c` numbers in any form that `parse_values` takes; None where there are no
            constraints (`c = 0`).
        n_points: The `n` that is expected.
        n_constraints: The `c` of earlier values, or None if these are the first.
        worst: The infinities on the bad side.

    Raises:
        DataError: If the shape is wrong, `c` has changed, or a value is not a real number; the infinity on
            the good side is refused as well, since no scale has it.
    """
    if values is None and not n_constraints:
        return torch.empty(n_points, 0, dtype=torch.float64)
    if n_constraints == 0:
        raise DataError(
            "constraints are given, but earlier points were told without; tell them from the first point on, "
            "to a new optimizer"
        )
    if values is None:
        raise DataError(
            f"earlier points were told with {n_constraints} constraint values each, these have none; "
            f"pass constraints= with {n_constraints} columns, NaN where one was not measured"
        )
    table = _as_table(values, n_points, "constraints", "n_constraints")
    if n_constraints is not None and table.shape[1] != n_constraints:
        raise DataError(
            f"constraints has {table.shape[1]} columns, earlier ones had {n_constraints}; "
            "give every constraint each time, NaN where one was not measured"
        )
    return _as_tensor(table, "constraints", "has no scale", worst)


def parse_variances(values: Any, y: Tensor) -> Tensor | None:
    """Return known variances of the noise as a tensor of the shape of `y`, NaN where one is unknown.

    Args:
        values: `n` or `n x m` numbers in the squared units of `y`, in any form that `parse_values` takes; NaN
            and None where a variance is unknown. None: all are.
        y: `n x m` values, as `parse_values` returns them. A failed evaluation has no variance.

    Raises:
        DataError: If the shape is another one, or a variance is negative, infinite or no number.
    """
    if values is None:
        return None
    table = _as_table(values, len(y), "y_var", "n_objectives")
    if table.shape[1] != y.shape[1]:
        raise DataError(
            f"y_var has {table.shape[1]} columns, y has {y.shape[1]}; give one variance for each value, NaN "
            "where it is unknown"
        )
    variances = _as_finite(table, "y_var", lambda v: v >= 0, "a variance is 0 or more; give NaN if unknown")
    return torch.where(y.isnan(), torch.nan, variances)


def parse_costs(values: Any, n_points: int) -> Tensor | None:
    """Return costs of evaluations, `n`, NaN where one is unknown.

    Args:
        values: `n` positive numbers; NaN and None where a cost is unknown. None: all are.
        n_points: The `n` that is expected.

    Raises:
        DataError: If the number is another one, or a cost is not positive, infinite or no number.
    """
    if values is None:
        return None
    table = _as_table(values, n_points, "cost", "1")
    if table.shape[1] != 1:
        raise DataError(f"cost has {table.shape[1]} columns; give one cost for each point")
    return _as_finite(table, "cost", lambda v: v > 0, "a cost is positive; give NaN if unknown")[:, 0]


def parse_derivatives(values: Any, n_points: int, name: str) -> Tensor:
    """Return the derivatives by one parameter, `n`, NaN where one is unknown.

    Args:
        values: `n` numbers; NaN and None where a derivative is unknown.
        n_points: The `n` that is expected.
        name: What messages call them.

    Raises:
        DataError: If the number is another one, or a derivative is infinite or no number.
    """
    table = _as_table(values, n_points, name, "1")
    return _as_finite(table, name, lambda _: True, "a derivative is finite; give NaN if unknown")[:, 0]


def _as_finite(table: np.ndarray[Any, Any], name: str, is_fine: Callable[[float], bool], rule: str) -> Tensor:
    numbers = []
    for at, one in np.ndenumerate(table):
        place = f"{name}[{at[0]}, {at[1]}]"
        number = _number(one, place, "is not finite")
        if number == float("inf") or not (number != number or is_fine(number)):
            raise DataError(f"{place} = {number:g}: {rule}")
        numbers.append(number)
    return torch.as_tensor(np.array(numbers, dtype=float).reshape(table.shape))


def _as_tensor(table: np.ndarray[Any, Any], name: str, trouble: str, worst: Worst) -> Tensor:
    bad = worst or [np.inf] * table.shape[1]
    numbers = [
        _number(one, f"{name}[{at[0]}, {at[1]}]", trouble, bad[at[1]]) for at, one in np.ndenumerate(table)
    ]
    values = np.array(numbers, dtype=float).reshape(table.shape)
    return torch.as_tensor(np.where(np.isinf(values), np.nan, values))


def _as_table(y: Any, n_points: int, name: str, n_columns: str) -> np.ndarray[Any, Any]:
    if isinstance(y, Tensor):
        y = y.detach().cpu().numpy()
    elif hasattr(y, "to_numpy"):
        y = y.to_numpy()
    try:
        array = np.asarray(y, dtype=object)
    except ValueError as error:
        raise DataError(f"{name} is ragged ({error}); give {n_points} equally long rows") from None
    if array.ndim == 0:
        array = array.reshape(1, 1)
    elif array.ndim == 1:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or array.shape[1] == 0:
        expected = f"({n_points},) or ({n_points}, {n_columns})"
        raise DataError(f"{name} has shape {array.shape}; expected {expected}")
    if array.shape[0] != n_points:
        raise DataError(f"{name} has {array.shape[0]} rows for {n_points} points; give one row per point")
    return array


def _number(value: Any, place: str, trouble: str, worst: float = np.inf) -> float:
    if value is None or _is_missing(value):
        return float("nan")
    if isinstance(value, (bool, np.bool_, str, bytes, complex, np.complexfloating)):
        raise DataError(
            f"{place} = {value!r} is a {type(value).__name__}; "
            "give a real number, or NaN for a failed evaluation"
        )
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise DataError(f"{place} = {value!r} is not a real number; NaN marks a failure") from None
    if number == -worst:
        raise DataError(f"{place} = {number:g} {trouble}; give NaN for a failed evaluation")
    return number


def _is_missing(value: Any) -> bool:
    """True for pandas' missing-value markers, which compare to nothing."""
    return type(value).__name__ in {"NAType", "NaTType"}
