"""What closed-form functions share: a box, discretized columns, known minima.

A function of `d` variables can be asked with its last columns discretized:

* numeric: the first `d - n_integer - n_nominal` columns;
* integer: the next `n_integer`, with values `0 .. levels - 1`;
* nominal: the last `n_nominal`, with categories `"c0" .. "c{levels - 1}"`.

Integer `k` stands for the `k`-th of `levels` evenly spaced coordinates: the middles of as many cells of
the box, moved together by at most half a cell so that one of them is the first minimizer's coordinate.
So the discretized function has the minimum of the continuous one, as in the bbob-mixint suite (Tusar,
Brockhoff and Hansen, "Mixed-integer benchmark problems for single- and bi-objective optimization",
GECCO 2019). Categories stand for the same coordinates in a scrambled order, so that their codes carry
no order to exploit.
"""

from __future__ import annotations

from abc import abstractmethod
from math import gcd
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hebo.errors import ConfigError
from tasks.base import Task

Array = NDArray[np.float64]


class Synthetic(Task):
    """A closed-form function on a box.

    Args:
        n_integer: Number of integer variables, taken from the end of the numeric ones.
        n_nominal: Number of nominal variables, the last ones.
        levels: Number of values of each integer or nominal variable.
    """

    n_integer: int = Field(0, ge=0)
    n_nominal: int = Field(0, ge=0)
    levels: int = Field(11, ge=2)

    @model_validator(mode="after")
    def _check_counts(self) -> Synthetic:
        if self.n_integer + self.n_nominal > self.n_variables:
            raise ConfigError(
                f"{type(self).__name__} has {self.n_variables} variables, but n_integer={self.n_integer} "
                f"plus n_nominal={self.n_nominal} is more; lower one of them."
            )
        return self

    @property
    @abstractmethod
    def n_variables(self) -> int:
        """The number of variables, `d`."""

    @abstractmethod
    def box(self) -> Array:
        """Return the ends of the variables, `d x 2`."""

    @abstractmethod
    def locations(self) -> Array:
        """Return the minimizers of the continuous function, `k x d`."""

    @property
    @abstractmethod
    def minimum(self) -> float:
        """The smallest value of the continuous function on its box."""

    @abstractmethod
    def function(self, x: Array) -> Array:
        """Return the `n` values at the coordinates `x`, `n x d`."""

    @property
    def optimum(self) -> float:
        """The smallest value; discretizing keeps it, because one level is the minimizer's coordinate."""
        return self.minimum

    @property
    def minimizers(self) -> pd.DataFrame:
        """The known minimizers whose discretized coordinates are among the levels."""
        rows = [self._natural(location) for location in self.locations()]
        return pd.DataFrame([row for row in rows if row is not None], columns=self.names())

    def names(self) -> list[str]:
        """Return the names of the variables: `x1`, `x2`, ..."""
        return [f"x{j + 1}" for j in range(self.n_variables)]

    def parameters(self) -> list[dict[str, Any]]:
        """Return the numeric, then the integer, then the nominal variables."""
        return [self._parameter(j, name) for j, name in enumerate(self.names())]

    def grid(self, j: int) -> Array:
        """Return the `levels` coordinates that variable `j` takes when it is discretized, increasing."""
        low, high = self.box()[j]
        cell = (high - low) / self.levels
        middles = low + cell * (np.arange(self.levels) + 0.5)
        target = self.locations()[0, j]
        nearest = int(np.abs(middles - target).argmin())
        grid: Array = middles + (target - middles[nearest])
        grid[nearest] = target
        return grid

    def coordinates(self, frame: pd.DataFrame) -> Array:
        """Return the coordinates, `n x d`, of points in natural units."""
        columns = [self._column(j, frame[name]) for j, name in enumerate(self.names())]
        return np.stack(columns, axis=1)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Array:
        return self.function(self.coordinates(frame))

    def _kind(self, j: int) -> str:
        if j >= self.n_variables - self.n_nominal:
            return "nominal"
        return "integer" if j >= self.n_variables - self.n_nominal - self.n_integer else "numeric"

    def _parameter(self, j: int, name: str) -> dict[str, Any]:
        if self._kind(j) == "nominal":
            return {"name": name, "type": "cat", "categories": self._categories()}
        if self._kind(j) == "integer":
            return {"name": name, "type": "int", "lb": 0, "ub": self.levels - 1}
        low, high = self.box()[j]
        return {"name": name, "type": "num", "lb": float(low), "ub": float(high)}

    def _categories(self) -> list[str]:
        return [f"c{k}" for k in range(self.levels)]

    def _column(self, j: int, column: pd.Series[Any]) -> Array:
        """Return the coordinates of one variable's natural values."""
        if self._kind(j) == "numeric":
            return column.to_numpy(dtype=np.float64)
        if self._kind(j) == "nominal":
            codes = column.map({category: k for k, category in enumerate(self._categories())})
            column = pd.Series(scramble(self.levels)[codes.to_numpy(dtype=np.int64)])
        coordinates: Array = self.grid(j)[column.to_numpy(dtype=np.int64)]
        return coordinates

    def _natural(self, location: Array) -> list[Any] | None:
        """Return one point in natural units, or None if a discretized coordinate is not a level."""
        row: list[Any] = []
        for j, value in enumerate(location):
            if self._kind(j) == "numeric":
                row.append(float(value))
                continue
            grid = self.grid(j)
            level = int(np.abs(grid - value).argmin())
            if not np.isclose(grid[level], value, rtol=0.0, atol=1e-12):
                return None
            code = int(np.flatnonzero(scramble(self.levels) == level)[0])
            row.append(level if self._kind(j) == "integer" else f"c{code}")
        return row


class AnyDimension(Synthetic):
    """A closed-form function of as many variables as wanted, each with the same range.

    Args:
        dim: Number of variables, `d`.
    """

    dim: int = Field(2, ge=1)

    @property
    def n_variables(self) -> int:
        """The number of variables, `d`."""
        return self.dim

    @property
    @abstractmethod
    def interval(self) -> tuple[float, float]:
        """The range of each variable."""

    def box(self) -> Array:
        """Return the same range for each variable, `d x 2`."""
        return np.tile(np.array(self.interval, dtype=np.float64), (self.dim, 1))


def scramble(levels: int) -> NDArray[np.int64]:
    """Return a fixed permutation: the level that each category code stands for.

    Code `k` stands for level `k * s mod levels`, with `s` the first number from `0.38 levels` on that has
    no common factor with `levels`; neighboring codes are then far apart.
    """
    step = next(s for s in range(max(2, round(0.38 * levels)), 2 * levels + 2) if gcd(s, levels) == 1)
    return (np.arange(levels, dtype=np.int64) * step) % levels
