"""`LetterEmbedding`: letters that resemble one another are alike, such as amino acids."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from gpytorch.kernels import Kernel
from numpy.typing import NDArray
from pydantic import field_validator
from torch import Generator, Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, IncompatibleError
from mcbo.kernels.base import KernelRecipe
from mcbo.kernels.correlation import FeatureCorrelation, Lengthscaled
from mcbo.kernels.one_hot import OneHot
from mcbo.kernels.transformed_overlap import mismatch_prior
from mcbo.sorts import Sort, categories_of

Table = dict[str, tuple[float, ...]]


class LetterEmbedding(KernelRecipe):
    """`k(x, x') = exp(-sum_i |e(x_i) - e(x'_i)|^2 / l_i)` with an embedding `e` of the categories.

    `TransformedOverlap` with degrees of mismatch in place of yes and no: distances are scaled so that those
    of different letters are 1 on average, and its prior of the lengthscales serves.

    Attributes:
        table: `blosum62` for amino acids, or the vector of each category (by its text), all equally long.
        ard: Learn a lengthscale of each column, instead of one for all.
    """

    handles: ClassVar[frozenset[Sort]] = frozenset({"nominal"})

    table: Literal["blosum62"] | Table = "blosum62"
    ard: bool = True

    @field_validator("table")
    @classmethod
    def _check_table(cls, table: Literal["blosum62"] | Table) -> Literal["blosum62"] | Table:
        if not isinstance(table, str):
            lengths = {len(vector) for vector in table.values()}
            if len(table) < 2 or len(lengths) > 1 or 0 in lengths:
                raise ConfigError("table: give two categories or more, with vectors of one length.")
            if len(set(table.values())) < 2 or not np.isfinite([*table.values()]).all():
                raise ConfigError("table: the vectors must be finite, and not all the same.")
        return table

    def check(self, space: DesignSpace, columns: Sequence[int]) -> None:
        """Refuse other sorts, and categories that the table lacks.

        Raises:
            IncompatibleError: With the parameter and the category.
        """
        super().check(space, columns)
        self._distances(space, columns)

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        return LetterEmbeddingKernel(space, columns, self._distances(space, columns), ard=self.ard)

    def _distances(self, space: DesignSpace, columns: Sequence[int]) -> list[Tensor]:
        """Return the squared distances of the categories of each column, scaled."""
        table = blosum62() if isinstance(self.table, str) else self.table
        vectors = np.array([*table.values()])
        n = len(vectors)
        scale = _squared(vectors).sum() / (n * (n - 1))
        found = []
        for column in columns:
            letters = [str(value) for value in categories_of(space, column)]
            missing = [letter for letter in letters if letter not in table]
            if missing:
                raise IncompatibleError(
                    f"LetterEmbedding has no vector for the category {missing[0]!r}; its table has "
                    f"{', '.join(table)}; give a `table` with all of them, or use TransformedOverlap"
                )
            chosen = np.array([table[letter] for letter in letters])
            found.append(torch.from_numpy(_squared(chosen) / scale))
        return found


class LetterEmbeddingKernel(FeatureCorrelation, Lengthscaled):
    """The kernel of `LetterEmbedding`.

    Args:
        space: Gives the categories.
        columns: `d` nominal ones.
        distances: Squared distances of the categories of each column, `c_i x c_i`.
        ard: See `LetterEmbedding`.
    """

    distances: Tensor

    def __init__(
        self, space: DesignSpace, columns: Sequence[int], distances: list[Tensor], *, ard: bool
    ) -> None:
        d = len(columns)
        super().__init__(columns, d if ard else 1, mismatch_prior(d))
        self.one_hot = OneHot(space, columns)
        untyped: Any = torch.block_diag
        self.register_buffer("distances", untyped(*distances))

    def encode(self, x: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        indicators: Tensor = self.one_hot(x)
        return indicators

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        importance = self.lengthscale.reciprocal()
        weights = importance.expand(*importance.shape[:-1], len(self.one_hot.n_categories))
        k: Tensor = (-self.one_hot.matches(a @ self.distances, b, weights)).exp()
        return k


@cache
def blosum62() -> Mapping[str, tuple[float, ...]]:
    """Return vectors of the amino acids whose distances are those of the BLOSUM62 matrix, as far as they can.

    With scores `B` (Henikoff and Henikoff, 1992), `B_aa + B_bb - 2 B_ab` is a squared distance but for a few
    directions in which it is negative, which are left out (classical scaling).
    """
    document = json.loads(Path(__file__).with_name("blosum62.json").read_text(encoding="utf-8"))
    scores = np.array(document["matrix"], dtype=float)
    center = np.eye(len(scores)) - 1.0 / len(scores)
    values, directions = np.linalg.eigh(center @ scores @ center)
    kept = values > 1e-9
    vectors = directions[:, kept] * np.sqrt(values[kept])
    return {letter: tuple(map(float, row)) for letter, row in zip(document["order"], vectors, strict=True)}


def _squared(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared distances of vectors, `n x n`."""
    found: NDArray[np.float64] = ((vectors[:, None] - vectors) ** 2).sum(-1)
    return found
