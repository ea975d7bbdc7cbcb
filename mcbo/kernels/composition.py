"""Composition kernel: sequences are alike that are made of the same letters, wherever these stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
import torch
from gpytorch.kernels import Kernel
from pydantic import field_validator
from torch import Generator, Tensor

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.base import KernelRecipe
from hebo.kernels.correlation import FeatureCorrelation, Lengthscaled, log_normal, squared_exponential
from hebo.kernels.one_hot import OneHot
from mcbo.kernels.letters import Table, check_table, letters_of, mean_distance, table_of, vectors_of


class Composition(KernelRecipe):
    """`k(x, x') = exp(-|sum_i e(x_i) - sum_i e(x'_i)|^2 / (2 l^2))` with an embedding `e` of the categories.

    The features of proteins called amino-acid composition, with degrees of likeness between the letters. On
    loops that bind antigens it ranks with 20 observations what a kernel of positions ranks with 140; see
    `Mixture`, which has both.

    Attributes:
        table: `blosum62` for amino acids, the vector of each category (by its text), all equally long, or
            None: each two categories are equally far apart. Distances are scaled so that their mean square
            is 1.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"nominal"})

    table: Literal["blosum62"] | Table | None = None

    @field_validator("table")
    @classmethod
    def _check_table(cls, table: Literal["blosum62"] | Table | None) -> Literal["blosum62"] | Table | None:
        return table if table is None else check_table(table)

    def check(self, space: DesignSpace, columns: Sequence[int]) -> None:
        """Refuse other kinds, and categories that the table lacks.

        Raises:
            IncompatibleError: With the parameter and the category.
        """
        super().check(space, columns)
        self._vectors(space, columns)

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        return CompositionKernel(space, columns, self._vectors(space, columns))

    def _vectors(self, space: DesignSpace, columns: Sequence[int]) -> Tensor:
        """Return the vectors of the categories of each column, one column after the other, `C x k`."""
        if self.table is None:
            texts = [letter for column in columns for letter in letters_of(space, column)]
            distinct = {letter: place for place, letter in enumerate(dict.fromkeys(texts))}
            unit = torch.eye(len(distinct), dtype=torch.float64) / math.sqrt(2.0)
            return unit[[distinct[letter] for letter in texts]]
        table = table_of(self.table)
        found = np.concatenate([vectors_of(table, space, column, type(self).__name__) for column in columns])
        return torch.from_numpy(found / math.sqrt(mean_distance(table)))


class CompositionKernel(FeatureCorrelation, Lengthscaled):
    """The kernel of `Composition`.

    Sums of `d` independent letters are `d` apart in the mean square. At the mode of its prior, `sqrt(2 d)`,
    the lengthscale leaves random points a correlation of about `exp(-1/4)`.

    Args:
        space: Gives the categories.
        columns: `d` nominal ones.
        vectors: Of their categories, `C x k`.
    """

    vectors: Tensor

    def __init__(self, space: DesignSpace, columns: Sequence[int], vectors: Tensor) -> None:
        super().__init__(columns, 1, log_normal(mode=math.sqrt(2.0 * len(columns)), spread=1.0))
        self.one_hot = OneHot(space, columns)
        self.register_buffer("vectors", vectors)

    def encode(self, x: Tensor) -> Tensor:
        """Return the sums of vectors; see `FeatureCorrelation`."""
        sums: Tensor = self.one_hot(x) @ self.vectors
        return sums

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        return squared_exponential(a, b, self.lengthscale)
