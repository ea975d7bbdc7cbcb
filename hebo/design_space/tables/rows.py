"""Finite search domain: some rows of a table of candidates."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

import torch
from torch import Generator, Tensor

from hebo.design_space.domains.domain import Domain, Method
from hebo.design_space.domains.frames import as_points
from hebo.design_space.parameters.layout import Layout
from hebo.design_space.tables.row_index import RowIndex
from hebo.errors import DataError

N_NEIGHBORS = 64
"""How many rows count as the neighbors of a point."""


class Rows(Domain):
    """A finite set of points that a table lists: nothing between them exists.

    Notation: `r` rows of the domain, out of `k` of the table; `d` columns.

    Args:
        index: The table.
        kept: `k` booleans, the rows that belong to the domain.
        layout: The columns.
        bounds: `2 x d`, ends of the columns; those of the layout unless a column is pinned.
        whole: The domain that seen rows were taken from; None for this one.
    """

    is_listed: ClassVar[bool] = True

    def __init__(
        self,
        index: RowIndex,
        kept: Tensor,
        layout: Layout,
        *,
        bounds: Tensor | None = None,
        whole: Rows | None = None,
    ) -> None:
        self._index, self._kept, self.layout, self._whole = index, kept, layout, whole
        self.bounds = layout.bounds if bounds is None else bounds
        self.categorical_dims, self.discrete_dims = layout.categorical_dims, layout.discrete_dims

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.numbers)

    @cached_property
    def numbers(self) -> Tensor:
        """The numbers of the rows in the table, `r`, ascending."""
        return self._kept.nonzero()[:, 0]

    @cached_property
    def x(self) -> Tensor:
        """The rows, `r x d`."""
        return self._index.x[self.numbers]

    @property
    def with_seen(self) -> Rows:
        """See `Domain`."""
        return self if self._whole is None else self._whole

    def where(self, kept: Tensor, *, bounds: Tensor | None = None) -> Rows:
        """Return the part of the domain where a mask over the table (`k` booleans) is true."""
        return Rows(self._index, self._kept & kept, self.layout, bounds=bounds)

    def without(self, x: Tensor) -> Rows:
        """Return the domain less the given points (`n x d`); those that are no rows of it do not matter."""
        numbers = self._index.find(x)
        kept = torch.ones_like(self._kept)
        kept[numbers[numbers >= 0]] = False
        return Rows(self._index, self._kept & kept, self.layout, bounds=self.bounds, whole=self.with_seen)

    def sample(self, n: int, *, generator: Generator, method: Method = "sobol") -> Tensor:
        """Draw `n` rows, each as often as the others: all of them in random order, then all again, and so on.

        Both methods draw in this way. The table has a distribution of its own, which random rows follow; the
        rows nearest to evenly spread points would be its outliers. Of two draws from equal generators the
        shorter one is the beginning of the longer one.

        Raises:
            DataError: If there is no row.
        """
        self._need_row()
        n_rounds = max(1, -(-n // len(self)))
        order = torch.cat([torch.randperm(len(self), generator=generator) for _ in range(n_rounds)])
        return self._index.x[self.numbers[order[:n]]]

    def project(self, x: Tensor) -> Tensor:
        """Return the nearest row of each point (`n x d`), by the distance of `RowIndex.distances`.

        Raises:
            DataError: If there is no row, or a value is NaN.
        """
        self._need_row()
        points = as_points(x, self.layout.n_dims)
        if points.isnan().any():
            raise DataError("Points to project hold NaN; drop these rows first.")
        numbers = self._index.find_exact(points)
        far = (numbers < 0) | ~self._kept[numbers]
        if far.any():
            numbers[far] = self._index.nearest(self.layout.project(points[far]), self.numbers)
        return self._index.x[numbers]

    def contains(self, x: Tensor) -> Tensor:
        """Say for each point (`n x d`) whether it is a row, up to `Layout.tolerance`."""
        numbers = self._index.find(as_points(x, self.layout.n_dims))
        return (numbers >= 0) & self._kept[numbers]

    def keys(self, x: Tensor) -> Tensor:
        """Return a key for each point (`n x d`): its row, as rows may be close; off the table its values."""
        numbers = self._index.find(x).unsqueeze(1)
        return torch.cat([numbers, super().keys(x).masked_fill(numbers >= 0, 0.0)], 1)

    def neighbors(self, x: Tensor, *, generator: Generator) -> Tensor:
        """Return the rows nearest to `x` (`d`) but for itself, at most `N_NEIGHBORS`, nearest first.

        Rows that differ in one parameter alone, as elsewhere, are few or none in most tables.
        """
        point = self.layout.project(as_points(x.unsqueeze(0), self.layout.n_dims))
        others = self.numbers[self.numbers != self._index.find(point)]
        order = self._index.distances(point, others)[0].argsort(stable=True)
        return self._index.x[others[order[:N_NEIGHBORS]]]

    def points(self, limit: int) -> Tensor | None:
        """Return all rows (`r x d`) in the order of the table, None if there are more than `limit`."""
        return self.x if len(self) <= limit else None

    def _need_row(self) -> None:
        if not len(self):
            raise DataError("There is no candidate left to choose from; add rows to the table.")
