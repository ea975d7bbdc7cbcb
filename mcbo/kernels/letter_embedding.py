"""Letter embedding kernel: letters that resemble one another are alike, such as amino acids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import torch
from gpytorch.kernels import Kernel
from pydantic import field_validator
from torch import Generator, Tensor

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.base import KernelRecipe
from hebo.kernels.distances import squared_differences
from hebo.kernels.transformed_overlap import TransformedOverlapKernel
from mcbo.kernels.letters import Table, check_table, mean_distance, table_of, vectors_of


class LetterEmbedding(KernelRecipe):
    """`k(x, x') = exp(-sum_i |e(x_i) - e(x'_i)|^2 / l_i)` with an embedding `e` of the categories.

    `TransformedOverlap` with degrees of mismatch in place of yes and no: distances are scaled so that those
    of different letters are 1 on average, and its prior of the lengthscales serves.

    Attributes:
        table: `blosum62` for amino acids, or the vector of each category (by its text), all equally long.
        ard: Learn a lengthscale of each column, instead of one for all.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"nominal"})

    table: Literal["blosum62"] | Table = "blosum62"
    ard: bool = True

    @field_validator("table")
    @classmethod
    def _check_table(cls, table: Literal["blosum62"] | Table) -> Literal["blosum62"] | Table:
        return check_table(table)

    def check(self, space: DesignSpace, columns: Sequence[int]) -> None:
        """Refuse other kinds, and categories that the table lacks.

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
        table = table_of(self.table)
        kernel, scale = type(self).__name__, mean_distance(table)
        vectors = [vectors_of(table, space, column, kernel) for column in columns]
        return [torch.from_numpy(squared_differences(one, one).sum(-1) / scale) for one in vectors]


class LetterEmbeddingKernel(TransformedOverlapKernel):
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
        super().__init__(space, columns, ard=ard)
        untyped: Any = torch.block_diag
        self.register_buffer("distances", untyped(*distances))

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        k: Tensor = (-self.one_hot.matches(a @ self.distances, b, self.weights)).exp()
        return k
