"""Derivative observations: tables of derivatives in natural units, and the same by encoded columns.

Notation: `n` points, `d` encoded columns. A derivative is that of the only objective, which is minimized, by
a numeric parameter in its own unit. With `x = s(value)` the derivative by the encoded column is that by the
value times `d value / d x` (chain rule).
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.numeric import Numeric
from hebo.design_space.values.labels import align_rows
from hebo.errors import DataError, did_you_mean
from hebo.optimizer.values import parse_derivatives


def numeric_parameters(space: DesignSpace) -> dict[str, Numeric]:
    """Return the parameters that there are derivatives by."""
    return {name: one for name, one in space.parameters.items() if isinstance(one, Numeric)}


def read_gradients(
    table: Any, x: pd.DataFrame, points: Tensor, y: Tensor, space: DesignSpace
) -> Tensor | None:
    """Return derivatives in natural units, `n x d`, NaN where one is unknown; None if none is given.

    Args:
        table: A column for each real-valued parameter, and for whole numbers and steps where there are
            derivatives by these; NaN where one is unknown. None: all are.
        x: The points they were told for, for the labels.
        points: The points they belong to, `n x d` encoded.
        y: `n x m` values. A failed evaluation has no derivatives.
        space: The parameters.

    Raises:
        DataError: If there are several objectives, a column is missing or unknown, a label differs, or a
            derivative is infinite, no number, or by a parameter that is inactive.
    """
    if table is None:
        return None
    if y.shape[1] != 1:
        raise DataError(f"gradient is that of a single objective, y has {y.shape[1]} columns; leave it out")
    if not isinstance(table, pd.DataFrame):
        raise DataError(
            f"gradient is a {type(table).__name__}; give a DataFrame with one column per numeric parameter"
        )
    _check_columns([str(name) for name in table.columns], space)
    table = align_rows(table, x.index, "gradient")
    gradients = torch.full_like(points, torch.nan)
    for name in table.columns:
        column = space.columns[name].start
        gradients[:, column] = parse_derivatives(table[name], len(points), f"gradient of '{name}'")
    _check_active(gradients, points, space)
    return torch.where(y.isnan(), torch.nan, gradients)


def encoded_gradients(gradients: Tensor, points: Tensor, space: DesignSpace) -> Tensor:
    """Return derivatives by encoded columns, `n x d`, of those in natural units."""
    encoded = torch.full_like(gradients, torch.nan)
    for name, parameter in numeric_parameters(space).items():
        column = space.columns[name]
        encoded[:, column] = gradients[:, column] * parameter.scale.slope(points[:, column])
    return encoded


def gradient_table(gradients: Tensor, space: DesignSpace, index: pd.Index | None = None) -> pd.DataFrame:
    """Return derivatives in natural units, `n x d`, as the table they were told in."""
    named = {name: gradients[:, space.columns[name].start].numpy() for name in numeric_parameters(space)}
    return pd.DataFrame(named, index=index)


def _check_columns(found: list[str], space: DesignSpace) -> None:
    numeric = numeric_parameters(space)
    for name in found:
        if found.count(name) > 1:
            raise DataError(f"gradient has the column '{name}' twice; keep one of them")
        if name in space.parameters and name not in numeric:
            raise DataError(f"gradient has the column '{name}', which is no number; leave it out")
        if name not in numeric:
            raise DataError(f"gradient has the unknown column '{name}'.{did_you_mean(name, list(numeric))}")
    for name, parameter in numeric.items():
        if parameter.cardinality is None and name not in found:
            raise DataError(f"gradient lacks the column '{name}'; give NaN where the derivative is unknown")


def _check_active(gradients: Tensor, points: Tensor, space: DesignSpace) -> None:
    for name, is_active in space.conditions.active(points).items():
        column = space.columns[name].start
        wrong = torch.isfinite(gradients[:, column]) & ~is_active
        if name in numeric_parameters(space) and bool(wrong.any()):
            row = int(wrong.nonzero()[0, 0])
            raise DataError(f"gradient of '{name}' in row {row}: '{name}' is inactive there; give NaN")
