"""Distances of cities by their coordinates, whole numbers that are rounded as TSPLIB 95 says.

* `EUC_2D`: Euclidean, to the nearest, halves up;
* `CEIL_2D`: Euclidean, up;
* `ATT`: the root of a tenth of the squared distance, up (pseudo-Euclidean);
* `GEO`: kilometres on a sphere of radius 6378.388 between coordinates `degrees.minutes`, the kilometres
  plus one cut off. Degrees are cut off as well: the manual rounds them, but the published optima, and the
  list of questions and answers beside it, do not.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_PI = 3.141592
_RADIUS = 6378.388


def _lengths(x: Array) -> Array:
    """Return the Euclidean distances of points, `n x n`."""
    # The root of a square is exact, which `np.hypot` does not promise; rounding up would show the difference.
    lengths: Array = np.sqrt(((x[:, None] - x) ** 2).sum(axis=2))
    return lengths


def _euclidean(x: Array) -> Array:
    rounded: Array = np.floor(_lengths(x) + 0.5)
    return rounded


def _ceiling(x: Array) -> Array:
    rounded: Array = np.ceil(_lengths(x))
    return rounded


def _pseudo_euclidean(x: Array) -> Array:
    rounded: Array = np.ceil(np.sqrt(((x[:, None] - x) ** 2).sum(axis=2) / 10.0))
    return rounded


def _geographical(x: Array) -> Array:
    degrees = np.trunc(x)
    latitude, longitude = (_PI * (degrees + 5.0 * (x - degrees) / 3.0) / 180.0).T
    q1 = np.cos(longitude[:, None] - longitude)
    q2 = np.cos(latitude[:, None] - latitude)
    q3 = np.cos(latitude[:, None] + latitude)
    cosine = 0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3)
    rounded: Array = np.floor(_RADIUS * np.arccos(np.clip(cosine, -1.0, 1.0)) + 1.0)
    return rounded


DISTANCES: dict[str, Callable[[Array], Array]] = {
    "EUC_2D": _euclidean,
    "CEIL_2D": _ceiling,
    "ATT": _pseudo_euclidean,
    "GEO": _geographical,
}
