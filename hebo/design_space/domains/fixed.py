"""Fixed parameters: the part of a design space where some have given values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from hebo.design_space.domains.feasible import FeasibleDomain
from hebo.design_space.rules.activation import Activation, Positions
from hebo.design_space.values.plain_values import object_column
from hebo.errors import DataError, did_you_mean


class FixedSpace(FeasibleDomain):
    """The part of a design space where some parameters have given values.

    Pinning a conditional parameter makes it exist: its parents are held to the values that keep it active.
    Where its condition has alternatives, points in which none of them holds are changed in as few parents as
    one takes. If no alternative is left by the values of pinned parents, it is inactive for every point.

    Args:
        space: The whole design space.
        values: Name -> natural value.

    Attributes:
        bounds: `2 x d`, as in the space, but of zero range in the pinned columns.
    """

    def __init__(self, space: FeasibleDomain, values: Mapping[str, Any]) -> None:
        self.layout, self.conditions, self.constraints = space.layout, space.conditions, space.constraints
        self.categorical_dims, self.discrete_dims = space.categorical_dims, space.discrete_dims
        self.pinned = torch.zeros(self.layout.n_dims, dtype=torch.bool)
        self._values = self.layout.canonical.clone()
        self._allowed: dict[int, Tensor] = {}
        self._open: list[str] = []
        self._held: Positions = {}
        self._activation = Activation.of(self.layout, self.conditions)
        for name in values:
            if name not in self.layout.parameters:
                known = did_you_mean(name, self.layout.parameters)
                raise DataError(f"Cannot fix {name!r}: no such parameter.{known}")
        self._pin(values)
        self.bounds = torch.where(self.pinned, self._values, space.bounds)

    def _pin(self, values: Mapping[str, Any]) -> None:
        """Pin parents before children, then restrict the free parents of pinned children."""
        for name in self.layout.parameters:
            if name in values and name not in self.conditions.codes:
                self._set(name, values[name])
        active = []
        for name in self.conditions.order:
            if name in values and next(self._activation.ways([name], self._given()), None) is None:
                self.pinned[self.layout.columns[name]] = True
            elif name in values:
                self._set(name, values[name])
                active.append(name)
        self._require(active)

    def _set(self, name: str, value: Any) -> None:
        """Pin one parameter to a natural value."""
        span, parameter = self.layout.columns[name], self.layout.parameters[name]
        try:
            self._values[span] = parameter.encode(object_column([value]))[0]
        except DataError as error:
            raise DataError(f"Cannot fix '{name}'. {error}") from error
        self.pinned[span] = True

    def _given(self) -> Positions:
        """Return the positions of pinned parents on their grids."""
        spans = {name: self.layout.columns[name] for name in self.conditions.all_parents}
        return {
            name: frozenset(self.layout.grid(name).index(self._values[span]).long().tolist())
            for name, span in spans.items()
            if self.pinned[span].all()
        }

    def _require(self, active: Sequence[str]) -> None:
        """Hold the free ancestors of pinned children to the values that keep these active."""
        given = self._given()
        for number, name in enumerate(active):
            if next(self._activation.ways(active[: number + 1], given), None) is None:
                parents = [repr(one) for one in self.conditions.parents(name) if one not in given]
                named = ", ".join(parents[:3]) + (", ..." if len(parents) > 3 else "")
                raise DataError(f"Cannot fix '{name}' with the others: they need different {named}.")
        self._held, self._open = self._activation.force(active, given)
        free = [name for name in self._held if name not in given]
        self._allowed = {
            self.layout.columns[name].start: self._codes(name, sorted(self._held[name])) for name in free
        }

    def _codes(self, name: str, positions: Sequence[int]) -> Tensor:
        """Return the encoded values at positions on the grid of a parent."""
        return self.layout.grid(name).point(torch.tensor(positions, dtype=torch.float64))

    def settle(self, x: Tensor) -> Tensor:
        """Return the nearest points of the right types with the pinned values."""
        result = self.layout.project(x)
        for column, codes in self._allowed.items():
            result[:, column] = codes[(result[:, column : column + 1] - codes).abs().argmin(1)]
        low, high = self.layout.bounds
        return self._complete(result, torch.minimum(torch.maximum(x, low), high))

    def draw(self, u: Tensor) -> Tensor:
        """Map uniform numbers to points with the pinned values."""
        result = self.layout.from_unit(u)
        for column, codes in self._allowed.items():
            result[:, column] = codes[(u[:, column] * len(codes)).long()]
        low, high = self.layout.bounds
        return self._complete(result, low + u * (high - low))

    def _complete(self, x: Tensor, target: Tensor) -> Tensor:
        """Return typed points with the pinned values, near `target` where a parent has to change."""
        result = torch.where(self.pinned, self._values, x)
        if self._open:
            masks = self.conditions.active(result)
            lacking = ~torch.stack([masks[name] for name in self._open]).all(0)
            if lacking.any():
                result[lacking] = self._with_parents(result[lacking], target[lacking])
        return self.conditions.settle(result)

    def _with_parents(self, x: Tensor, target: Tensor) -> Tensor:
        """Return points (`n x d`) with the parents that their pinned parameters lack."""
        grids = {name: self.layout.grid(name) for name in self.conditions.all_parents}
        columns = {name: self.layout.columns[name].start for name in grids}
        here = {name: grid.index(x[:, columns[name]]).long().tolist() for name, grid in grids.items()}
        best = {name: grid.place(target[:, columns[name]]).tolist() for name, grid in grids.items()}
        result = x.clone()
        for row in range(len(x)):
            point = {name: positions[row] for name, positions in here.items()}
            places = {name: some[row] for name, some in best.items()}
            for name, position in self._activation.nearest(point, places, self._open, self._held).items():
                result[row, columns[name]] = self._codes(name, [position])[0]
        return result

    def choices(self, name: str, limit: int) -> Tensor | None:
        """Return the encoded values that a parameter may have here."""
        span = self.layout.columns[name]
        if self.pinned[span].all():
            return self._values[span].unsqueeze(0)
        if span.start in self._allowed:
            return self._allowed[span.start].unsqueeze(1)
        return super().choices(name, limit)
