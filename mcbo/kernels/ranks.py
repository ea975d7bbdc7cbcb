"""Level numbers of ordered columns."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import Module

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.grid import Grid
from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.parameters.scalar import Scalar
from hebo.design_space.parameters.scale import Linear, Scale
from hebo.errors import IncompatibleError


class Ranks(Module):
    """Turns encoded values of `d` ordered columns into the numbers `0 .. n_i - 1` of their levels.

    Args:
        space: Gives the levels.
        columns: The `d` ordered columns; may be none.

    Attributes:
        n_levels: The numbers `n_i`.
        last: The numbers `n_i - 1`, `d`.

    Raises:
        IncompatibleError: If a parameter does not say which levels its column has.
    """

    start: Tensor
    step: Tensor
    last: Tensor

    def __init__(self, space: DesignSpace, columns: Sequence[int]) -> None:
        super().__init__()
        grids = [_grid(parameter_of(space, column)) for column in columns]
        self.n_levels = [int(grid.count) for grid in grids]
        empty = torch.empty(0, dtype=torch.float64)
        self.register_buffer("start", torch.cat([empty, *(grid.start for grid in grids)]))
        self.register_buffer("step", torch.cat([empty, *(grid.step for grid in grids)]))
        self.register_buffer("last", torch.cat([empty, *(grid.count for grid in grids)]) - 1.0)
        self._scales: dict[Scale, list[int]] = {}
        for i, grid in enumerate(grids):
            if not isinstance(grid.scale, Linear):
                self._scales.setdefault(grid.scale, []).append(i)

    def forward(self, x: Tensor) -> Tensor:
        """Return the numbers of the nearest levels, `... x d`, of points with these columns only."""
        natural = x.clone()
        for scale, positions in self._scales.items():
            natural[..., positions] = scale.inverse(x[..., positions])
        rank = ((natural - self.start) / self.step).round().clamp_min(0.0)
        return torch.minimum(rank, self.last)


def parameter_of(space: DesignSpace, column: int) -> Parameter:
    """Return the parameter that a column belongs to."""
    return next(
        space.parameters[name] for name, span in space.columns.items() if span.start <= column < span.stop
    )


def _grid(parameter: Parameter) -> Grid:
    if not isinstance(parameter, Scalar) or parameter.grid is None:
        raise IncompatibleError(
            f"Parameter '{parameter.name}' ({type(parameter).__name__}) does not say which levels it has; "
            f"use NumericMatern, or derive its type from Scalar with a grid"
        )
    return parameter.grid
