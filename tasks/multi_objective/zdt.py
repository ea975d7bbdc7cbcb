"""The test functions of Zitzler, Deb and Thiele."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property

import numpy as np
from pydantic import Field

from tasks.multi_objective.base import Array, MultiObjective, area_below, records

_N_CURVE = 200_001  # points by which the curve that holds the front is followed


class ZDT(MultiObjective):
    """Two objectives, `f1 = x1` and `f2 = g h(f1, g)` with `g = 1 + 9 mean(x2, ..., xd)`.

    On the front `g = 1`: all variables but the first are 0. The reference point is (11, 11), as in BoTorch
    (Zitzler, Deb and Thiele, "Comparison of multiobjective evolutionary algorithms: empirical results",
    Evolutionary Computation 8, 2000).

    Args:
        dim: Number of variables, `d`.
    """

    dim: int = Field(6, ge=2)

    @property
    def n_variables(self) -> int:
        """The number of variables, `d`."""
        return self.dim

    @property
    def reference_point(self) -> tuple[float, float]:
        """(11, 11)."""
        return (11.0, 11.0)

    @abstractmethod
    def shape(self, f1: Array, g: Array) -> Array:
        """Return `h`, `n` values, from those of `f1` and `g`."""

    def function(self, x: Array) -> Array:
        """Return the values, `n x 2`, at `x`, `n x d`."""
        g = 1.0 + 9.0 * x[:, 1:].mean(axis=1)
        return np.stack([x[:, 0], g * self.shape(x[:, 0], g)], axis=1)

    def curve(self) -> Array:
        """Return many points along `g = 1`, by `f1`, which hold the front."""
        f1 = np.linspace(0.0, 1.0, _N_CURVE)
        return np.stack([f1, self.shape(f1, np.ones(_N_CURVE))], axis=1)

    def front_points(self, n: int) -> Array:
        """Return `n` points spread over the true Pareto front, `n x 2`."""
        curve = self.curve()
        best = curve[records(curve[:, 1])]
        return np.asarray(best[np.linspace(0, len(best) - 1, n).round().astype(int)])


class ZDT1(ZDT):
    """ZDT1: the front `f2 = 1 - sqrt(f1)` is convex. `h = 1 - sqrt(f1 / g)`."""

    @property
    def front_hypervolume(self) -> float:
        """120 2/3: the area of the box, 121, without the third below the front."""
        return 121.0 - 1.0 / 3.0

    def shape(self, f1: Array, g: Array) -> Array:
        """Return `h`, `n` values."""
        return np.asarray(1.0 - np.sqrt(f1 / g))


class ZDT2(ZDT):
    """ZDT2: the front `f2 = 1 - f1^2` is concave. `h = 1 - (f1 / g)^2`."""

    @property
    def front_hypervolume(self) -> float:
        """120 1/3: the area of the box, 121, without the two thirds below the front."""
        return 121.0 - 2.0 / 3.0

    def shape(self, f1: Array, g: Array) -> Array:
        """Return `h`, `n` values."""
        return np.asarray(1.0 - (f1 / g) ** 2)


class ZDT3(ZDT):
    """ZDT3: the front has five parts. `h = 1 - sqrt(f1 / g) - f1 / g sin(10 pi f1)`."""

    @cached_property
    def front_hypervolume(self) -> float:
        """About 128.778, by quadrature over the curve `g = 1`."""
        f1, f2 = self.curve().T
        return area_below(f1, f2, self.reference_point)

    def shape(self, f1: Array, g: Array) -> Array:
        """Return `h`, `n` values."""
        part = f1 / g
        return np.asarray(1.0 - np.sqrt(part) - part * np.sin(10.0 * np.pi * f1))
