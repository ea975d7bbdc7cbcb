"""The design of a compound gear train: four numbers of teeth."""

from __future__ import annotations

import itertools
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from hebo.outcomes import Outcomes, outcomes_of
from hebo.pareto import front, hypervolume
from tasks.base import Columns, Task

Array = NDArray[np.float64]

_RATIO: Final = 6.931
_LEAST, _MOST = 12, 60


class GearTrain(Task):
    """Error of the ratio and size of the largest wheel of a compound gear train, by four integers.

    Two pairs of wheels with 12 to 60 teeth shall reduce a speed by 6.931:
    `ratio_error = |6.931 - c d / (a b)|` and `size = max(a, b, c, d)` (Kannan and Kramer, 1994, with the
    error alone; Deb and Srinivasan, "Innovization: innovating design principles through optimization", 2006).
    The front is known by enumeration.
    """

    @property
    def outcomes(self) -> Outcomes:
        """Error of the ratio; teeth of the largest wheel."""
        return outcomes_of(["ratio_error", {"name": "size", "unit": "teeth"}])

    @property
    def reference_point(self) -> tuple[float, float]:
        """(6, 60): about the error of a ratio of one, and the largest wheel that there is."""
        return (6.0, 60.0)

    @cached_property
    def front_hypervolume(self) -> float:
        """That of the front of all designs."""
        return hypervolume(self.front_values(), self.reference_point)

    def parameters(self) -> list[dict[str, Any]]:
        """Return four numbers of teeth: drivers `a` and `b`, followers `c` and `d`."""
        return [{"name": name, "type": "int", "lb": _LEAST, "ub": _MOST} for name in ("a", "b", "c", "d")]

    def front_values(self) -> Array:
        """Return the values that no other ones dominate, `k x 2`: for each size the best ratio."""
        found = [[_best_error(size), float(size)] for size in range(_LEAST, _MOST + 1)]
        values = np.array(found)
        return values[front(values)]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        a, b, c, d = frame[self.space.names].to_numpy(dtype=np.float64).T
        return {"ratio_error": np.abs(_RATIO - c * d / (a * b)), "size": np.max([a, b, c, d], axis=0)}


def _best_error(size: int) -> float:
    """Return the least error of four wheels with at most `size` teeth, over all products of two."""
    pairs = itertools.combinations_with_replacement(range(_LEAST, size + 1), 2)
    products = np.unique([one * other for one, other in pairs]).astype(np.float64)
    wanted = _RATIO * products
    places = np.searchsorted(products, wanted).clip(1, max(len(products) - 1, 1))
    near = np.stack([products[places - 1], products[places.clip(max=len(products) - 1)]])
    return float(np.abs(_RATIO - near / products).min())
