"""Column layout: which columns belong to which parameter, and the operations on all columns at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import torch
from torch import Tensor

from hebo.design_space.parameters.grid import Grid
from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.parameters.prior import Quantile
from hebo.design_space.parameters.scalar import Scalar
from hebo.design_space.parameters.scale import Scale
from hebo.errors import SpaceError


class Layout:
    """The columns of a list of parameters, without conditions and constraints.

    Intervals and grids of one scale are treated in one tensor operation each, however many there are;
    only parameters of several columns are visited one by one. Notation: `n` rows, `d` columns.

    Attributes:
        parameters: Name -> parameter, in order.
        columns: Name -> slice of its columns.
        bounds: `2 x d`, lower and upper ends.
        canonical: `d`, the value of each column while its parameter is inactive.
        categorical_dims: Column -> number of categories.
        discrete_dims: Columns with finitely many values.
        n_dims: Number `d` of columns.
        slack: `d`, float noise that computations leave in each column; see `tolerance` for that of people.
    """

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        self.parameters = dict(parameters)
        self.columns: dict[str, slice] = {}
        self.n_dims = 0
        for name, parameter in parameters.items():
            self.columns[name] = slice(self.n_dims, self.n_dims + parameter.n_columns)
            self.n_dims += parameter.n_columns
        empty = torch.empty(2, 0, dtype=torch.float64)
        self.bounds = torch.cat([empty, *(one.bounds for one in parameters.values())], 1)
        self.canonical = torch.cat([empty[0], *(one.canonical for one in parameters.values())])
        self.slack = 1e-9 * (self.bounds[1] - self.bounds[0]) + 1e-12 * self.bounds.abs().amax(0)
        self.categorical_dims = {
            column: one.n_categories
            for name, one in parameters.items()
            if one.n_categories is not None
            for column in range(self.columns[name].start, self.columns[name].stop)
        }
        self.discrete_dims = frozenset(
            column
            for name, one in parameters.items()
            if one.cardinality is not None
            for column in range(self.columns[name].start, self.columns[name].stop)
        )
        self._grids = self._group_grids()
        self._others = [
            (self.columns[name], one) for name, one in parameters.items() if not isinstance(one, Scalar)
        ]

    def _group_grids(self) -> list[tuple[Tensor, Grid]]:
        """Return the columns and the stacked grid of each scale."""
        groups: dict[Scale, list[tuple[int, Grid]]] = {}
        for name, one in self.parameters.items():
            if isinstance(one, Scalar) and one.grid is not None:
                groups.setdefault(one.grid.scale, []).append((self.columns[name].start, one.grid))
        return [
            (torch.tensor([column for column, _ in group]), Grid.stack([grid for _, grid in group]))
            for group in groups.values()
        ]

    def grid(self, name: str) -> Grid:
        """Return the values of a discrete parameter of one column.

        Raises:
            SpaceError: If it is not one.
        """
        parameter = self.parameters[name]
        if not isinstance(parameter, Scalar) or parameter.grid is None:
            raise SpaceError(f"Parameter '{name}' has no discrete values; use a cat, bool or int.")
        return parameter.grid

    def tolerance(self, x: Tensor) -> Tensor:
        """Return how far from `x` (`n x d`) a value is the same setting, column by column."""
        result = self._tolerance.repeat(len(x), 1)
        for name, one in self._curved:
            result[:, self.columns[name]] = one.tolerance(x[:, self.columns[name]])
        return result

    @cached_property
    def _tolerance(self) -> Tensor:
        """The tolerance at the lower ends, which is that everywhere but under a prior."""
        parts = [one.tolerance(one.bounds[:1])[0] for one in self.parameters.values()]
        return torch.cat([self.canonical[:0], *parts])

    @cached_property
    def _curved(self) -> list[tuple[str, Parameter]]:
        """The parameters whose tolerance is not the same everywhere."""
        named = self.parameters.items()
        return [(name, one) for name, one in named if isinstance(getattr(one, "scale", None), Quantile)]

    def project(self, x: Tensor) -> Tensor:
        """Return the nearest values, column by column: clipped, rounded in natural units, ranked."""
        low, high = self.bounds
        result = torch.minimum(torch.maximum(x, low), high)
        for columns, grid in self._grids:
            result[:, columns] = grid.nearest(result[:, columns])
        for span, parameter in self._others:
            result[:, span] = parameter.project(x[:, span])
        return result

    def from_unit(self, u: Tensor) -> Tensor:
        """Map uniform numbers in `[0, 1)` (`n x d`) to values, see `Parameter.from_unit`."""
        low, high = self.bounds
        result: Tensor = low + u * (high - low)
        for columns, grid in self._grids:
            result[:, columns] = grid.from_unit(u[:, columns])
        for span, parameter in self._others:
            result[:, span] = parameter.from_unit(u[:, span])
        return result
