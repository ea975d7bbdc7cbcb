"""The travelling salesman problem, drawn at random or read from a file of TSPLIB."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field

from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Task
from tasks.combinatorial.instance_files import Contents, check_known_optimum
from tasks.combinatorial.tsplib import Instance, read_tsplib

Array = NDArray[np.float64]


class _Tours(Task):
    """`f(p) = sum_i d(p(i), p(i + 1)) + d(p(n), p(1))` over the orders `p` of the cities `0 .. n - 1`."""

    @property
    @abstractmethod
    def distances(self) -> Array:
        """The distances of the cities, `n x n`."""

    @property
    def outcomes(self) -> Outcomes:
        """The length of the closed tour."""
        return outcomes_of({"name": "tour_length"})

    def parameters(self) -> list[dict[str, Any]]:
        """Return the permutation `tour`: the cities in the order in which they are visited."""
        return [{"name": "tour", "type": "permutation", "length": len(self.distances)}]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Array:
        tours = np.array(frame["tour"].tolist(), dtype=np.int64)
        lengths: Array = self.distances[tours, np.roll(tours, -1, axis=1)].sum(axis=1)
        return lengths


class TravellingSalesman(_Tours):
    """The length of a closed tour through cities that lie at random in the unit square.

    `f(p) = sum_i d(p(i), p(i + 1))` over the orders `p` of the cities, with Euclidean distances and the way
    back to the first city. For many cities the shortest tour has a length near `0.7124 sqrt(n)` (Johnson and
    McGeoch, "The traveling salesman problem: a case study in local optimization", 1997).

    Args:
        n: Number of cities.
        seed: Fixes where they are.
    """

    n: int = Field(20, ge=3)
    seed: int = Field(0, ge=0)

    @property
    def coordinates(self) -> Array:
        """Where the cities are, `n x 2`."""
        return np.random.default_rng(self.seed).random((self.n, 2))

    @property
    def distances(self) -> Array:
        """The distances of the cities, `n x n`."""
        steps = self.coordinates[:, None] - self.coordinates
        return np.hypot(steps[..., 0], steps[..., 1])


class TSPLIB(_Tours):
    """The length of a closed tour through the cities of a file of TSPLIB, symmetric or not.

    `f(p) = sum_i d(p(i), p(i + 1))` over the orders `p` of the cities, with the way back to the first one.
    Distances are rounded as TSPLIB says, see `tasks.combinatorial.tsplib`; readable are `EUC_2D`,
    `CEIL_2D`, `ATT`, `GEO`, and `EXPLICIT` matrices, full or triangular by rows. Cities count from 0 in the
    order of the file, those in the `.opt.tour` files of TSPLIB from 1.

    Args:
        path: The `.tsp` or `.atsp` file.
        known_optimum: The length of the shortest tour, for example from the list of TSPLIB.
    """

    example: ClassVar[dict[str, Any]] = {"path": "burma14.tsp"}

    path: str
    known_optimum: float | None = None

    @property
    def name(self) -> str:
        """The name of the file without its ending."""
        return Path(self.path).stem

    @property
    def optimum(self) -> float | None:
        """The known optimum, if it was given."""
        return self.known_optimum

    @property
    def distances(self) -> Array:
        """The distances of the cities, `n x n`.

        Raises:
            DataError: If the file cannot be used; names the line.
        """
        return self._contents.value.distances

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the file was passed over."""
        return self._contents.value.notes

    @cached_property
    def _contents(self) -> Contents[Instance]:
        return Contents(read_tsplib(Path(self.path)))

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Array:
        values = super()._evaluate(frame, rng)
        check_known_optimum(values, self.known_optimum, self.path)
        return values
