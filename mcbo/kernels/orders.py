"""Permutation columns: which ones belong together, and Kendall's rank correlation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import torch
from gpytorch.kernels import Kernel
from torch import Generator, Tensor

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.base import KernelRecipe


class OrderRecipe(KernelRecipe, ABC):
    """A kernel of whole permutations; a subclass says which, for given groups of columns."""

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"permutation"})

    def check(self, space: DesignSpace, columns: Sequence[int]) -> None:
        """Refuse other kinds, and a part of a permutation.

        Raises:
            IncompatibleError: See above.
        """
        super().check(space, columns)
        permutations(space, columns)

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        return self._of_groups(columns, permutations(space, columns))

    @abstractmethod
    def _of_groups(self, columns: Sequence[int], groups: Sequence[list[int]]) -> Kernel:
        """Return the kernel of permutations whose columns stand at these places among `columns`."""


def permutations(space: DesignSpace, columns: Sequence[int]) -> list[list[int]]:
    """Return, for each permutation parameter, the places of its columns among `columns`.

    Raises:
        IncompatibleError: If only some of the columns of a permutation are there.
    """
    place = {column: i for i, column in enumerate(columns)}
    groups = []
    for name, span in space.columns.items():
        group = [place[column] for column in range(span.start, span.stop) if column in place]
        if 0 < len(group) < span.stop - span.start:
            raise IncompatibleError(
                f"an order needs the positions of all its items: {len(group)} of the "
                f"{span.stop - span.start} columns of the permutation '{name}' are given; give all of them"
            )
        if group:
            groups.append(group)
    return groups


def rank_correlation(x1: Tensor, x2: Tensor) -> Tensor:
    """Return Kendall's tau, `... x n x m`, of `... x n x p` and `... x m x p` positions of `p` items."""
    first, second = torch.triu_indices(x1.shape[-1], x1.shape[-1], 1)
    a, b = ((x[..., first] - x[..., second]).sign().float() for x in (x1, x2))
    sums = (a @ b.mT).to(x1)  # exact: sums of signs are small integers
    return sums / len(first) if len(first) else sums + 1.0  # one item has one order
