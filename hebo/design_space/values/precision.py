"""Floating-point precision: numbers in less than 64 bits, and what their rounding may hide."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SAME = 1e-6
"""Two values are the same setting within this share of the range: single precision rounds by less."""

SINGLE = float(np.finfo(np.float32).eps)
"""Relative distance of neighboring numbers in single precision."""


def singles(values: np.ndarray[Any, Any]) -> NDArray[np.bool_]:
    """Say which values of a column are of single precision."""
    if values.dtype == object:
        return np.fromiter((isinstance(one, np.float32) for one in values), dtype=bool, count=len(values))
    return np.full(len(values), values.dtype == np.float32)


def spacing(values: np.ndarray[Any, Any]) -> NDArray[np.float64]:
    """Return the distance of each value to the next one of its own type, 0 for doubles and integers."""
    if values.dtype == object:
        return np.fromiter((_spacing(one) for one in values), dtype=float, count=len(values))
    if values.dtype.kind == "f" and values.dtype.itemsize < 8:
        gaps: NDArray[np.float64] = np.abs(np.spacing(values)).astype(float)
        return gaps
    return np.zeros(len(values))


def _spacing(value: object) -> float:
    if isinstance(value, np.floating) and value.itemsize < 8:
        return abs(float(np.spacing(value)))
    return 0.0
