"""Kauffman's NK landscapes."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from hebo.errors import ConfigError
from hebo.outcomes import Outcomes, outcomes_of
from hebo.random import derive_seed
from tasks.combinatorial.base import Array, Coded, Codes

_MAX_NUMBERS = 2**22


class NKLandscape(Coded):
    """Kauffman's NK landscape: `n` variables, each with a contribution that depends on `k` others.

    `f(x) = (1/n) sum_i c_i(x_i, x_{i_1}, ..., x_{i_k})`, where each `c_i` is a table of `levels^(k + 1)`
    numbers drawn uniformly from [0, 1): the fitness of Kauffman and Weinberger, "The NK model of
    rugged fitness landscapes and its application to maturation of the immune response", J. Theor. Biol. 141,
    1989. With `k = 0` each variable can be set by itself; with `k = n - 1` the values of neighboring points
    have nothing in common. Adjacent neighbors are the next `k` variables on a ring; the maximum is then
    found exactly by dynamic programming (Wright, Thompson and Zhang, "The computational complexity of N-K
    fitness functions", IEEE Trans. Evol. Comput. 4, 2000). With random ones it is NP-hard for `k > 1`.

    `optimum` is known for adjacent neighbors if `levels^(2 k + 1)` is at most 2^22 (`k <= 10` for
    booleans), and for any neighbors if `k = 0`.

    Args:
        n: Number of variables.
        k: Number of other variables that a contribution depends on.
        levels: Number of values of a variable: 2 for booleans, more for nominal ones, `c0`, `c1`, ...
        neighbors: Whether the `k` variables are drawn at random for each contribution, or the next ones.
        seed: Draws the neighbors and the tables.
    """

    renamed: ClassVar[dict[str, str]] = {"neighbours": "neighbors"}

    n: int = Field(20, ge=1)
    k: int = Field(3, ge=0)
    levels: int = Field(2, ge=2)
    neighbors: Literal["random", "adjacent"] = "random"
    seed: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _check_sizes(self) -> NKLandscape:
        if self.k >= self.n:
            raise ConfigError(f"NKLandscape has n={self.n} variables, but k={self.k}; k is at most n - 1.")
        numbers = self.n * self.levels ** (self.k + 1)
        if numbers > _MAX_NUMBERS:
            raise ConfigError(
                f"NKLandscape with n={self.n}, k={self.k}, levels={self.levels} has tables of {numbers} "
                f"numbers, more than {_MAX_NUMBERS}; lower k or levels."
            )
        return self

    @property
    def outcomes(self) -> Outcomes:
        """The fitness, maximized."""
        return outcomes_of({"name": "fitness", "goal": "maximize"})

    @property
    def dimension(self) -> int:
        """The number of variables."""
        return self.n

    @property
    def categories(self) -> tuple[str, ...] | None:
        """None for two levels, else `c0`, `c1`, ..."""
        return None if self.levels == 2 else tuple(f"c{code}" for code in range(self.levels))

    @property
    def numbers_per_point(self) -> int:
        """A code for each pair of a contribution and a variable that it depends on."""
        return self.n * (self.k + 1)

    @property
    def optimum(self) -> float | None:
        """The largest fitness, where it can be computed."""
        return None if self._best is None else float(self.function(self._best)[0])

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """One of the best points, where it can be computed."""
        return None if self._best is None else self.to_frame(self._best)

    def function(self, codes: Codes) -> Array:
        """Return the `n` values at `n x d` codes."""
        powers = self.levels ** np.arange(self.k, -1, -1)
        cells = (codes[:, self.dependencies] * powers).sum(axis=2)
        # NumPy's order of summation follows the layout, which must not depend on the number of points.
        chosen = np.ascontiguousarray(self.contributions[np.arange(self.n), cells])
        values: Array = chosen.mean(axis=1)
        return values

    @cached_property
    def dependencies(self) -> Codes:
        """The variables that each contribution depends on, its own first: `n x (k + 1)`."""
        own = np.arange(self.n)[:, None]
        if self.neighbors == "adjacent":
            return (own + np.arange(self.k + 1)) % self.n
        rng = np.random.default_rng(derive_seed("nk neighbors", self.seed))
        others = np.stack([rng.permutation(self.n - 1)[: self.k] for _ in range(self.n)])
        # Numbers below n - 1 become variables other than the contribution's own.
        return np.concatenate([own, others + (others >= own)], axis=1)

    @cached_property
    def contributions(self) -> Array:
        """The tables `c`, `n x levels^(k + 1)`; the first variable of a contribution counts the most."""
        rng = np.random.default_rng(derive_seed("nk contributions", self.seed))
        return rng.random((self.n, self.levels ** (self.k + 1)))

    @cached_property
    def _best(self) -> Codes | None:
        """The codes of one of the best points, `1 x n`, or None where computing it is too long."""
        if self.k == 0:
            alone: Codes = self.contributions.argmax(axis=1)[None, :]
            return alone
        if self.neighbors != "adjacent" or self.levels ** (2 * self.k + 1) > _MAX_NUMBERS:
            return None
        return best_on_ring(self.contributions, self.levels, self.k)[None, :]


def best_on_ring(tables: Array, levels: int, k: int) -> Codes:
    """Return the `n` codes with the largest sum of contributions of adjacent variables on a ring.

    Each table is passed once, with `reward[s, w]` the largest sum of the tables so far among the points whose
    first `k` variables are `s` and whose last `k` are `w`. The tables at the end reach round to the
    beginning, so that the ring is closed where the last `k` variables are the first ones again.

    Args:
        tables: `n x levels^(k + 1)`; table `i` takes the variables `i` to `i + k`, modulo `n`.
        levels: Number of values of a variable.
        k: At least 1 and less than `n`.
    """
    windows = levels**k
    reward = np.where(np.eye(windows, dtype=bool), 0.0, -np.inf)
    for table in tables:
        reward = _extended(reward, table, levels).max(axis=1).reshape(-1, windows)
    start = int(np.diagonal(reward).argmax())
    return _trace(tables, levels, start, windows)


def _trace(tables: Array, levels: int, start: int, windows: int) -> Codes:
    """Return the best codes among those whose first `k` variables are `start`."""
    reward = np.where(np.arange(windows) == start, 0.0, -np.inf)[None, :]
    dropped = []
    for table in tables:
        extended = _extended(reward, table, levels)
        dropped.append(extended.argmax(axis=1).reshape(windows))
        reward = extended.max(axis=1).reshape(1, windows)
    codes, window = np.zeros(len(tables), dtype=np.int64), start
    for i in range(len(tables) - 1, -1, -1):
        codes[i] = dropped[i][window]
        window = int(codes[i]) * (windows // levels) + window // levels
    return codes


def _extended(reward: Array, table: Array, levels: int) -> Array:
    """Return the rewards with one table added: starts x oldest variable x shared variables x new one."""
    shared = reward.shape[1] // levels
    return reward.reshape(-1, levels, shared, 1) + table.reshape(1, levels, shared, levels)
