"""Events of an optimization as `Optimizer.restore` takes them: asks and tells, in the order they happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pandas import DataFrame

Round = tuple[DataFrame, Any] | tuple[DataFrame, Any, Any] | tuple[DataFrame, Any, Any, DataFrame | None]
"""What one ask gave: points, and what was told of them: values, constraints, other points they belong to.

The keyword arguments of `tell`, as a mapping, may stand in the place of the values, or those of `prefer`.
"""


@dataclass(frozen=True)
class Tell:
    """A tell that came later than the ask of its points, after other asks and tells.

    Attributes:
        points: The points, from one ask or several.
        told: As in a `Round`: values, or the keyword arguments of `tell` or `prefer` as a mapping.
    """

    points: DataFrame
    told: Any


Event = Round | Tell
"""A round, which is an ask and perhaps the tell that came right after it, or a tell on its own."""
