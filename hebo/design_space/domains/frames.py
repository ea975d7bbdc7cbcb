"""Encoding and decoding: the one place where pandas frames meet tensors of encoded columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from hebo.design_space.parameters.layout import Layout
from hebo.design_space.rules.conditions import Conditions
from hebo.design_space.values.plain_values import object_column
from hebo.errors import DataError, did_you_mean


def encode_frame(frame: pd.DataFrame, layout: Layout, conditions: Conditions) -> Tensor:
    """Return a frame of natural values as `n x d`; the order of its columns does not matter.

    Whatever stands in the cell of an inactive parameter is taken as "inactive" and not looked at.

    Raises:
        DataError: If it is not a frame, lacks a column or has one too many, or a value is unusable.
    """
    _check_columns(frame, layout)
    x = layout.canonical.repeat(len(frame), 1)
    masks: dict[str, Tensor] = {}
    for name in [*(one for one in layout.parameters if one not in conditions.codes), *conditions.order]:
        parameter, span = layout.parameters[name], layout.columns[name]
        values = column_of(frame[name])
        if name in conditions.codes:
            masks[name] = conditions.mask(name, x, masks)
            active = masks[name].numpy()
            canonical = parameter.decode(layout.canonical[span].unsqueeze(0))
            values = object_column(values)
            values[~active] = object_column(list(canonical) * int((~active).sum()))
        x[:, span] = parameter.encode(values)
    return x


def _check_columns(frame: object, layout: Layout) -> None:
    """Refuse anything but a frame with one column per parameter."""
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"Expected a pandas DataFrame with one row per point, got {type(frame).__name__}.")
    for column in frame.columns:
        if column not in layout.parameters:
            known = did_you_mean(column, layout.parameters)
            raise DataError(f"Column {column!r} is not a parameter; drop it.{known}")
    for name in layout.parameters:
        if name not in frame.columns:
            raise DataError(f"Column '{name}' is missing; add it with one value per row.")
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise DataError(f"Column '{twice}' appears twice; keep one of them.")


def column_of(series: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    """Return a column as a NumPy array: plain numbers as they are, anything else as objects."""
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iufb":
        return series.to_numpy()
    return object_column(series)


def decode_frame(x: Tensor, layout: Layout, conditions: Conditions) -> pd.DataFrame:
    """Return projected points `x` (`n x d`) as a frame of natural values.

    Columns are float64, int64 or bool where every value is such a number or boolean and none is inactive, and
    hold objects elsewhere. An inactive value is `None`, and the others of its column are Python values. An
    empty frame has the types of one without inactive values.
    """
    masks = conditions.active(x)
    columns: dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]] = {}
    for name, parameter in layout.parameters.items():
        values = parameter.decode(x[:, layout.columns[name]])
        if name in masks and not masks[name].all():
            values = object_column(values.tolist())
            values[~masks[name].numpy()] = None
        columns[name] = values
    series = {name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()}
    return pd.DataFrame(series, index=pd.RangeIndex(len(x)), columns=list(layout.parameters))


def as_points(x: Tensor, n_dims: int) -> Tensor:
    """Return `x` as a float64 `n x d` tensor on the CPU.

    Raises:
        DataError: If it is not a tensor, or has another shape.
    """
    if not isinstance(x, Tensor):
        raise DataError(f"Expected a torch tensor of points, got {type(x).__name__}; use torch.as_tensor.")
    if x.dim() != 2 or x.shape[1] != n_dims:
        raise DataError(f"Expected points of shape n x {n_dims}, got {tuple(x.shape)}; reshape them.")
    return x.detach().to(device="cpu", dtype=torch.float64)
