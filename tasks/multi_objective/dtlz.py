"""The scalable test functions of Deb, Thiele, Laumanns and Zitzler."""

from __future__ import annotations

import math
from abc import abstractmethod
from functools import cached_property

import numpy as np
from pydantic import Field, model_validator
from scipy.stats import qmc

from hebo.errors import ConfigError
from tasks.multi_objective.base import Array, MultiObjective, records

# Values of one objective, by which what it takes off the last one is followed.
_CURVE = np.linspace(0.0, 1.0, 200_001)


class DTLZ(MultiObjective):
    """Any number of objectives, `m`; `g` of the last `d - m + 1` variables is the distance from the front.

    (Deb, Thiele, Laumanns and Zitzler, "Scalable test problems for evolutionary multiobjective
    optimization", 2005. The reference points are those of BoTorch.)

    Args:
        n_objectives: Number of objectives, `m`.
        dim: Number of variables, `d`, at least `m`.
    """

    n_objectives: int = Field(3, ge=2, le=7)
    dim: int = Field(6, ge=2)

    @model_validator(mode="after")
    def _check_counts(self) -> DTLZ:
        if self.dim < self.n_objectives:
            raise ConfigError(
                f"{type(self).__name__}: dim={self.dim} variables are fewer than the "
                f"n_objectives={self.n_objectives}; raise `dim`, or lower `n_objectives`."
            )
        return self

    @property
    def objectives(self) -> tuple[str, ...]:
        """`f1 ... fm`."""
        return tuple(f"f{j + 1}" for j in range(self.n_objectives))

    @property
    def n_variables(self) -> int:
        """The number of variables, `d`."""
        return self.dim

    @abstractmethod
    def front_at(self, u: Array) -> Array:
        """Return points of the true Pareto front, `n x m`, from `n x (m - 1)` places between 0 and 1."""

    def front_points(self, n: int) -> Array:
        """Return `n` points spread over the true Pareto front, `n x m`, by a Sobol sequence."""
        log2 = math.ceil(math.log2(max(n, 2)))
        sobol = qmc.Sobol(self.n_objectives - 1, scramble=True, rng=np.random.default_rng(0))
        return self.front_at(sobol.random_base2(log2)[:n])


class DTLZ2(DTLZ):
    """DTLZ2: the front is the part of the unit sphere with no negative coordinate, which is concave.

    `f1 = (1 + g) cos(a1) ... cos(a[m-1])`, then with one more sine and one cosine less for each objective,
    with the angles `a = pi / 2 x` and `g` the sum of `(x - 1/2)^2` over the other variables.
    """

    @property
    def reference_point(self) -> tuple[float, ...]:
        """1.1 in each objective."""
        return (1.1,) * self.n_objectives

    @property
    def front_hypervolume(self) -> float:
        """`1.1^m` without the part of the unit ball that has no negative coordinate."""
        m = self.n_objectives
        ball = math.pi ** (m / 2) / math.gamma(m / 2 + 1)
        return float(1.1**m - ball / 2**m)

    def front_at(self, u: Array) -> Array:
        """Return the points of the unit sphere whose angles are shares `u` of a right one, `n x m`."""
        angles = 0.5 * np.pi * u
        ones = np.ones((len(u), 1))
        cosines = np.concatenate([ones, np.cumprod(np.cos(angles), axis=1)], axis=1)
        sines = np.concatenate([np.sin(angles), ones], axis=1)
        # Coordinate j from the end: the cosines of the angles before it, and the sine of its own.
        return np.asarray((cosines * sines)[:, ::-1])

    def function(self, x: Array) -> Array:
        """Return the values, `n x m`, at `x`, `n x d`."""
        n_angles = self.n_objectives - 1
        g = ((x[:, n_angles:] - 0.5) ** 2).sum(axis=1, keepdims=True)
        return np.asarray((1.0 + g) * self.front_at(x[:, :n_angles]))


class DTLZ7(DTLZ):
    """DTLZ7: the front has `2^(m-1)` parts apart from one another.

    `f_j = x_j` but for the last, `f_m = m (1 + g) - sum f_j (1 + sin(3 pi f_j))`, with
    `1 + g = 2 + 9 mean` of the other variables; on the front these are 0.
    """

    @property
    def reference_point(self) -> tuple[float, ...]:
        """15 in each objective."""
        return (15.0,) * self.n_objectives

    @cached_property
    def front_hypervolume(self) -> float:
        """By quadrature in one variable: the last objective is a sum of functions of the others."""
        m, corner = self.n_objectives, self.reference_point[0]
        most = np.maximum.accumulate(_dent(_CURVE))
        integral = float(np.trapezoid(most, _CURVE) + most[-1] * (corner - 1.0))
        return float(corner ** (m - 1) * (corner - 2.0 * m) + (m - 1) * corner ** (m - 2) * integral)

    def front_at(self, u: Array) -> Array:
        """Return the points whose first values each lie a share `u` along what is not dominated, `n x m`."""
        best = _CURVE[records(-_dent(_CURVE))]
        free = best[(u * len(best)).astype(int).clip(max=len(best) - 1)]
        return self._values(free, np.full(len(u), 2.0))

    def function(self, x: Array) -> Array:
        """Return the values, `n x m`, at `x`, `n x d`."""
        n_free = self.n_objectives - 1
        return self._values(x[:, :n_free], 2.0 + 9.0 * x[:, n_free:].mean(axis=1))

    def _values(self, free: Array, scale: Array) -> Array:
        last = self.n_objectives * scale - _dent(free).sum(axis=1)
        return np.concatenate([free, last[:, None]], axis=1)


def _dent(f: Array) -> Array:
    """Return what a first objective takes off the last one."""
    return np.asarray(f * (1.0 + np.sin(3.0 * np.pi * f)))
