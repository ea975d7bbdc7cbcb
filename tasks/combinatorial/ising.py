"""Leaving out edges of an Ising model."""

from __future__ import annotations

from functools import cached_property
from math import log

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from hebo.errors import ConfigError
from hebo.outcomes import Outcomes, outcomes_of
from hebo.random import derive_seed
from tasks.combinatorial.base import Array, Coded, Codes


class IsingSparsification(Coded):
    """Choose which edges of an Ising model on a grid to keep: loss of likelihood plus price of the edges.

    The full model is `p(z) = exp(z' J z) / Z_p` over spins `z_i = +-1`, without a field, with the symmetric
    matrix `J` that has `J_ij` for each edge of the grid and 0 elsewhere: an edge counts `2 J_ij z_i z_j`. The
    model `q` keeps the edges with `x_e` True. The value is

    `KL(p || q) + lambda sum_e x_e`, with
    `KL(p || q) = sum_e 2 J_e (1 - x_e) E_p[z_i z_j] + log Z_q - log Z_p`

    (Baptista and Poloczek, "Bayesian optimization of combinatorial structures", ICML 2018,
    arXiv:1806.08838, with 4 x 4 spins and the `J_e` uniform in [0.05, 5] with random signs).
    Partition functions are exact, by a transfer matrix that adds one spin at a time and keeps `2^n_columns`
    sums. The booleans are in the order of the spins, row by row: first the edge to the right of a spin, then
    the one below it.

    Args:
        n_rows: Height of the grid.
        n_columns: Width of the grid; memory and time double with each column.
        min_coupling: Smallest `|J_e|`.
        max_coupling: Largest `|J_e|`.
        regularization: Price of an edge, `lambda`; 0, 1e-4 and 1e-2 in the papers.
        seed: Draws the interactions.
    """

    n_rows: int = Field(4, ge=1)
    n_columns: int = Field(4, ge=2, le=12)
    min_coupling: float = Field(0.05, ge=0)
    max_coupling: float = Field(5.0, gt=0, le=100)
    regularization: float = Field(1e-2, ge=0)
    seed: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _check_couplings(self) -> IsingSparsification:
        if self.min_coupling > self.max_coupling:
            raise ConfigError(
                f"IsingSparsification: min_coupling={self.min_coupling} is above "
                f"max_coupling={self.max_coupling}; exchange them."
            )
        return self

    @property
    def outcomes(self) -> Outcomes:
        """The loss of likelihood, in nats, plus the price of the edges."""
        return outcomes_of({"name": "penalized_divergence"})

    @property
    def dimension(self) -> int:
        """The number of edges."""
        return 2 * self.n_rows * self.n_columns - self.n_rows - self.n_columns

    @property
    def numbers_per_point(self) -> int:
        """The sums of the transfer matrix, or the two energies of each edge."""
        return max(1 << self.n_columns, 2 * self.dimension)

    @property
    def optimum(self) -> float | None:
        """Zero if edges are free, else not known."""
        return 0.0 if self.regularization == 0.0 else None

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """All edges if they are free, else not known."""
        return self.to_frame(np.ones((1, self.dimension), dtype=np.int64)) if self.optimum == 0.0 else None

    def function(self, codes: Codes) -> Array:
        """Return the `n` values at `n x d` codes."""
        kept = self.energies * codes
        moved = ((1 - codes) * self.energies * self.correlations).sum(axis=1)
        divergence = moved + self.log_partition(kept, -kept) - self._log_partition_of_all
        # Rounding can leave a divergence of zero at about -1e-14.
        values: Array = np.maximum(divergence, 0.0) + self.regularization * codes.sum(axis=1)
        return values

    @cached_property
    def edges(self) -> list[tuple[int, int]]:
        """The two spins of each edge; spin `n_columns * row + column`."""
        return sorted((*self._edges_to(1), *self._edges_to(self.n_columns)))

    def _edges_to(self, step: int) -> list[tuple[int, int]]:
        """Return the edges to the next spin in a row (step 1) or in a column."""
        n_spins = self.n_rows * self.n_columns
        ends = [i for i in range(n_spins - step) if step > 1 or (i + 1) % self.n_columns]
        return [(i, i + step) for i in ends]

    @cached_property
    def energies(self) -> Array:
        """What each edge adds to the exponent where its spins agree, `2 J_e`."""
        rng = np.random.default_rng(derive_seed("ising", self.seed))
        sizes = rng.uniform(self.min_coupling, self.max_coupling, self.dimension)
        energies: Array = 2.0 * sizes * rng.choice([-1.0, 1.0], self.dimension)
        return energies

    @cached_property
    def correlations(self) -> Array:
        """The means of the products of the two spins of each edge, `E_p[z_i z_j]`.

        With `Z+` the part of the partition function where the spins of an edge agree and `Z-` the part where
        they do not, the mean is `(Z+ - Z-) / (Z+ + Z-) = tanh(log(Z+ / Z-) / 2)`.
        """
        apart = np.where(np.eye(self.dimension, dtype=bool), -np.inf, 0.0)
        differ = self.log_partition(self.energies + apart, np.tile(-self.energies, (self.dimension, 1)))
        agree = self.log_partition(np.tile(self.energies, (self.dimension, 1)), apart - self.energies)
        values: Array = np.tanh(0.5 * (agree - differ))
        return values

    @cached_property
    def _log_partition_of_all(self) -> float:
        return float(self.log_partition(self.energies[None, :], -self.energies[None, :])[0])

    def log_partition(self, agree: Array, differ: Array) -> Array:
        """Return the logarithms of `n` partition functions.

        Args:
            agree: What each edge adds to the exponent where its spins agree, `n x edges`.
            differ: What it adds where they differ; minus infinity excludes these states, in either.
        """
        n, width = len(agree), self.n_columns
        position = {edge: e for e, edge in enumerate(self.edges)}
        # The sums run over the states of the last `width` spins, the oldest first. Those before the first
        # spin are dummies, so that each sum has `2^width` equal copies.
        sums = np.zeros((n, 2**width))
        for spin in range(self.n_rows * width):
            above = _pairs(agree, differ, position.get((spin - width, spin)))
            left = _pairs(agree, differ, position.get((spin - 1, spin)))
            old = sums.reshape(n, 2, -1, 2, 1)
            up, down = (old[:, z] + above[:, None, None, z] for z in (0, 1))
            sums = (np.logaddexp(up, down) + left[:, None]).reshape(n, -1)
        values: Array = np.logaddexp.reduce(sums, axis=1) - width * log(2.0)
        return values


def _pairs(agree: Array, differ: Array, edge: int | None) -> Array:
    """Return what an edge adds for each pair of its spins, `n x 2 x 2`; zeros if there is no edge."""
    if edge is None:
        return np.zeros((len(agree), 2, 2))
    same, other = agree[:, edge], differ[:, edge]
    return np.stack([same, other, other, same], axis=1).reshape(-1, 2, 2)
