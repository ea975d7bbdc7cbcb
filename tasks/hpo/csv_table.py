"""Reading a CSV file into features and a target, with Bayesmark's preparation of the columns."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from hebo.design_space.spreadsheets.cells import read_number
from hebo.design_space.spreadsheets.csv_text import RawTable
from hebo.design_space.spreadsheets.table_file import read_table_file
from hebo.errors import DataError, did_you_mean
from tasks.hpo.spaces import Problem

Array = NDArray[np.float64]

_MAX_CATEGORIES = 100
_MAX_CLASSES = 20
_MIN_ROWS = 20
_CLIP = 100.0
_CENTRAL_MASS = 0.86  # The range whose width estimates a Gaussian's scale with the least variance.


def read_table(path: Path, target: str, *, problem: Problem | None) -> tuple[Array, NDArray[Any], Problem]:
    """Return features, target and kind of problem of a CSV file with a header.

    Columns that are not numbers become indicators of all their values but the first. Features, and the
    target of a regression, are centred at their median, scaled by their central 86 % range, and clipped to
    100 scales. A target that is text, boolean, or a whole number with at most 20 values is a class.

    Args:
        path: The file.
        target: Name of the column to predict.
        problem: Overrides the guess made from the target.

    Raises:
        DataError: If the file cannot be read, the target is not a column, a value is missing or infinite, a
            text column has too many values, or there is nothing to learn from.
    """
    table = _read(path, target)
    if target not in table.columns:
        raise DataError(f"{path}: there is no column '{target}'.{did_you_mean(target, table.columns)}")
    _check_complete(path, table)
    found = problem or _guess(table[target])
    y = _target(path, table[target], found)
    x = _features(path, table.drop(columns=[target]))
    return np.clip(robust_standardize(x), -_CLIP, _CLIP), y, found


def robust_standardize(x: Array) -> Array:
    """Centre columns at their median and scale them by their central 86 % range.

    For Gaussian columns the result tends to a standard normal; columns with no range are only centred.
    """
    low, high = 0.5 * (1.0 - _CENTRAL_MASS), 0.5 * (1.0 + _CENTRAL_MASS)
    width = np.asarray(np.quantile(x, high, axis=0) - np.quantile(x, low, axis=0))
    gaussian_width = norm.ppf(high) - norm.ppf(low)
    scaled: Array = (x - np.median(x, axis=0)) / np.where(width > 0.0, width, 1.0) * gaussian_width
    return scaled


def _read(path: Path, target: str) -> pd.DataFrame:
    table = _typed(read_table_file(path, wanted=[target]))
    if len(table) < _MIN_ROWS or len(table.columns) < 2:
        raise DataError(
            f"{path}: {len(table)} rows and {len(table.columns)} columns; tuning needs at least {_MIN_ROWS} "
            "rows, a target and one more column."
        )
    return table


def _typed(raw: RawTable) -> pd.DataFrame:
    """Return a table of texts with numbers, truth values and missing values where pandas sees them."""
    for name in raw.names:
        if raw.names.count(name) > 1 and name:
            raise DataError(f"{raw.path}, line 1: the column '{name}' appears twice; rename one of them.")
    text = io.StringIO()
    rows = [[_with_point(one) for one in row] for row in raw.rows] if raw.decimal_comma else raw.rows
    csv.writer(text).writerows([raw.names, *rows])
    text.seek(0)
    return pd.read_csv(text)


def _with_point(text: str) -> str:
    """Return a number with a decimal comma as one with a point, anything else as it is."""
    return text if read_number(text, decimal_comma=True) is None else text.replace(",", ".")


def _check_complete(path: Path, table: pd.DataFrame) -> None:
    for name in table.columns:
        column = table[name]
        is_number = pd.api.types.is_numeric_dtype(column)
        bad = (
            ~np.isfinite(column.to_numpy(dtype=float, na_value=np.nan))
            if is_number
            else column.isna().to_numpy()
        )
        if bad.any():
            raise DataError(
                f"{path}: column '{name}' has {int(bad.sum())} missing or infinite values, the first in "
                f"data row {int(bad.argmax()) + 1}; fill them in or drop the rows or the column."
            )


def _guess(column: pd.Series[Any]) -> Problem:
    if pd.api.types.is_float_dtype(column):
        return "regression"
    is_whole = pd.api.types.is_integer_dtype(column)
    return "regression" if is_whole and column.nunique() > _MAX_CLASSES else "classification"


def _target(path: Path, column: pd.Series[Any], problem: Problem) -> NDArray[Any]:
    if column.nunique() < 2:
        raise DataError(
            f"{path}: target '{column.name}' has the same value in all rows; choose another target."
        )
    if problem == "classification":
        return np.unique(column.to_numpy(), return_inverse=True)[1].astype(np.int64)
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        raise DataError(
            f"{path}: target '{column.name}' holds {column.dtype} values, which regression cannot predict; "
            "set `problem: classification`, or choose another target."
        )
    return robust_standardize(column.to_numpy(dtype=np.float64))


def _features(path: Path, table: pd.DataFrame) -> Array:
    """Return numbers, `n x p`, with text columns as indicators."""
    texts = [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]
    for name in texts:
        if table[name].nunique() > _MAX_CATEGORIES:
            raise DataError(
                f"{path}: column '{name}' has {table[name].nunique()} different texts, more than "
                f"{_MAX_CATEGORIES}; drop it if it is a label or a date, or turn it into numbers."
            )
    return pd.get_dummies(table, columns=texts, drop_first=True).to_numpy(dtype=np.float64)
