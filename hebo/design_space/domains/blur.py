"""Rounding tolerance: how far the values of a frame may be off the settings that they mean."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor

from hebo.design_space.domains.frames import column_of
from hebo.design_space.parameters.layout import Layout
from hebo.design_space.parameters.numeric import Numeric
from hebo.design_space.values.precision import singles, spacing


@dataclass(frozen=True)
class Blur:
    """Room for what files, spreadsheets and single precision do to numbers.

    Attributes:
        tolerance: `n x d`, how far from an encoded value the setting may be that it means.
        is_single: `n` booleans, rows with a number in single precision, where equality proves nothing.
    """

    tolerance: Tensor
    is_single: Tensor


def blur_of(frame: pd.DataFrame, x: Tensor, layout: Layout) -> Blur:
    """Return how far the values of a frame may be off, given its encoding `x` (`n x d`).

    It is a millionth of the range (see `Layout.tolerance`), and for real numbers in single precision half the
    distance of neighbors, where that is more.
    """
    tolerance = layout.tolerance(x)
    is_single = torch.zeros(len(x), dtype=torch.bool)
    for name, parameter in layout.parameters.items():
        values = column_of(frame[name])
        rows = torch.from_numpy(singles(values))
        if isinstance(parameter, Numeric) and parameter.grid is None and rows.any():
            column = layout.columns[name].start
            half = torch.from_numpy(spacing(values)[rows.numpy()]) * (0.5 + 1e-6)
            tolerance[rows, column] = torch.maximum(
                tolerance[rows, column], _encoded_gap(parameter, x[rows, column], half)
            )
            is_single |= rows
    return Blur(tolerance, is_single)


def _encoded_gap(parameter: Numeric, x: Tensor, half: Tensor) -> Tensor:
    """Return how far encoded values (`n`) move where natural ones move by `half` to either side."""
    natural = parameter.natural(x.unsqueeze(1))[:, 0]
    ends = [parameter.from_natural((natural + side * half).unsqueeze(1))[:, 0] for side in (-1.0, 1.0)]
    return torch.maximum((ends[0] - x).abs(), (ends[1] - x).abs())
