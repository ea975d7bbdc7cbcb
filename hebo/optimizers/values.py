"""Objective values as people hand them over, turned into one checked tensor."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from hebo.errors import DataError


def parse_values(y: Any, n_points: int, n_objectives: int | None) -> Tensor:
    """Return `y` as an `n x m` float64 tensor, NaN where an evaluation failed.

    Args:
        y: `n` or `n x m` numbers, minimised: an array, list, Series, DataFrame or tensor. NaN, None and
            +inf mark a failed evaluation.
        n_points: The `n` that is expected.
        n_objectives: The `m` of earlier values, or None.

    Raises:
        DataError: If the shape is wrong or a value is not a real number; -inf is refused as well, since
            no point could ever improve on it.
    """
    table = _as_table(y, n_points)
    if table.shape[0] != n_points:
        raise DataError(f"y has {table.shape[0]} rows for {n_points} points; give one row per point")
    if n_objectives is not None and table.shape[1] != n_objectives:
        raise DataError(f"y has {table.shape[1]} columns, earlier values had {n_objectives}")
    numbers = [_number(value, row, column) for (row, column), value in np.ndenumerate(table)]
    values = np.array(numbers, dtype=float).reshape(table.shape)
    return torch.as_tensor(np.where(values == np.inf, np.nan, values))


def _as_table(y: Any, n_points: int) -> np.ndarray[Any, Any]:
    if isinstance(y, Tensor):
        y = y.detach().cpu().numpy()
    elif hasattr(y, "to_numpy"):
        y = y.to_numpy()
    try:
        array = np.asarray(y, dtype=object)
    except ValueError as error:
        raise DataError(f"y is ragged ({error}); give {n_points} equally long rows") from None
    if array.ndim == 0:
        array = array.reshape(1, 1)
    elif array.ndim == 1:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or array.shape[1] == 0:
        raise DataError(f"y has shape {array.shape}; expected ({n_points},) or ({n_points}, n_objectives)")
    return array


def _number(value: Any, row: int, column: int) -> float:
    if value is None or _is_missing(value):
        return float("nan")
    if isinstance(value, (bool, np.bool_, str, bytes, complex, np.complexfloating)):
        raise DataError(
            f"y[{row}, {column}] = {value!r} is a {type(value).__name__}; "
            "give a real number, or NaN for a failed evaluation"
        )
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise DataError(f"y[{row}, {column}] = {value!r} is not a real number; NaN marks a failure") from None
    if number == float("-inf"):
        raise DataError(f"y[{row}, {column}] = -inf cannot be improved on; give NaN for a failed evaluation")
    return number


def _is_missing(value: Any) -> bool:
    """True for pandas' missing-value markers, which compare to nothing."""
    return type(value).__name__ in {"NAType", "NaTType"}
