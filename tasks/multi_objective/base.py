"""What closed-form problems of several objectives share: the unit box, names, a reference point."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from tasks.base import Task

Array = NDArray[np.float64]


class MultiObjective(Task):
    """Several closed-form functions of numbers between 0 and 1, all to be minimized.

    `optimum` is None: the smallest value of the first objective says nothing of the others.
    """

    @property
    def objectives(self) -> tuple[str, ...]:
        """Two values; a subclass with more says so."""
        return ("f1", "f2")

    @property
    @abstractmethod
    def n_variables(self) -> int:
        """The number of variables, `d`."""

    @property
    @abstractmethod
    def reference_point(self) -> tuple[float, ...]:
        """The point that publications measure hypervolumes from."""

    @abstractmethod
    def function(self, x: Array) -> Array:
        """Return the values, `n x m`, at points `x`, `n x d`."""

    def parameters(self) -> list[dict[str, Any]]:
        """Return `x1 ... xd`, each between 0 and 1."""
        return [{"name": f"x{j + 1}", "type": "num", "lb": 0.0, "ub": 1.0} for j in range(self.n_variables)]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Array:
        return self.function(frame.to_numpy(dtype=np.float64))


def records(values: Array) -> NDArray[np.bool_]:
    """Return which of `n` values are smaller than all before them: what is left of a curve in a front."""
    before = np.concatenate([[np.inf], np.minimum.accumulate(values)[:-1]])
    return np.asarray(values < before)


def area_below(f1: Array, f2: Array, reference: tuple[float, float]) -> float:
    """Return the hypervolume of a curve: the area between its running minimum and the reference point.

    Args:
        f1: `n` increasing values of the first objective, all below the reference's.
        f2: `n` values of the second one there; parts of the curve may be dominated.
        reference: The corner.
    """
    lowest = np.minimum.accumulate(f2)
    heights = np.maximum(reference[1] - lowest, 0.0)
    return float(np.trapezoid(heights, f1) + heights[-1] * (reference[0] - f1[-1]))
