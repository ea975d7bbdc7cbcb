"""`FixedSpace`: a design space with some parameters pinned to values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import torch
from torch import Tensor

from hebo.design_space.conditions import matches
from hebo.design_space.feasible import FeasibleDomain
from hebo.design_space.values import object_column
from hebo.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from hebo.design_space.design_space import DesignSpace


class FixedSpace(FeasibleDomain):
    """The part of a design space where some parameters have given values.

    Pinning a conditional parameter makes it exist: its parents are held to the values that keep it active.
    If one of the parents is itself pinned to a value that switches it off, it is inactive for every point.

    Attributes:
        space: The whole design space.
        bounds: `2 x d`, as in the space, but of zero range in the pinned columns.
    """

    def __init__(self, space: DesignSpace, values: Mapping[str, Any]) -> None:
        self.space = space
        self.layout, self.conditions, self.constraints = space.layout, space.conditions, space.constraints
        self.categorical_dims, self.discrete_dims = space.categorical_dims, space.discrete_dims
        self.pinned = torch.zeros(space.n_dims, dtype=torch.bool)
        self._values = space.layout.canonical.clone()
        self._allowed: dict[int, Tensor] = {}
        for name in values:
            if name not in space.parameters:
                raise DataError(
                    f"Cannot fix {name!r}: no such parameter.{did_you_mean(name, space.parameters)}"
                )
        self._pin(values)
        self.bounds = torch.where(self.pinned, self._values, space.bounds)

    def _pin(self, values: Mapping[str, Any]) -> None:
        """Pin parents before children, then restrict the free parents of pinned children."""
        conditions = self.space.conditions
        given = [name for name in self.space.names if name in values and name not in conditions.codes]
        children = [name for name in conditions.order if name in values]
        for name in given:
            self._set(name, values[name])
        for name in children:
            if self._switched_off(name):
                self.pinned[self.layout.columns[name]] = True
            else:
                self._set(name, values[name])
        for name in reversed(children):
            if not self._switched_off(name):
                self._require(name)

    def _set(self, name: str, value: Any) -> None:
        """Pin one parameter to a natural value."""
        span, parameter = self.layout.columns[name], self.layout.parameters[name]
        try:
            self._values[span] = parameter.encode(object_column([value]))[0]
        except DataError as error:
            raise DataError(f"Cannot fix '{name}'. {error}") from error
        self.pinned[span] = True

    def _switched_off(self, child: str) -> bool:
        """Say whether a pinned ancestor makes a conditional parameter inactive."""
        for parent, codes in self.space.conditions.codes.get(child, {}).items():
            column = self.layout.columns[parent].start
            if self.pinned[column] and not matches(self._values[column : column + 1], codes).all():
                return True
            if self._switched_off(parent):
                return True
        return False

    def _require(self, child: str) -> None:
        """Hold the free ancestors of a pinned child to the values that keep it active."""
        for parent, codes in self.space.conditions.codes.get(child, {}).items():
            column = self.layout.columns[parent].start
            if not self.pinned[column]:
                before = self._allowed.get(column, codes)
                self._allowed[column] = both = codes[matches(codes, before)]
                if not len(both):
                    raise DataError(f"Cannot fix '{child}' with the others: they need different '{parent}'.")
            self._require(parent)

    def settle(self, x: Tensor) -> Tensor:
        """Return the nearest points of the right types with the pinned values."""
        result = self.layout.project(x)
        for column, codes in self._allowed.items():
            nearest = codes[(result[:, column : column + 1] - codes).abs().argmin(1)]
            result[:, column] = nearest
        return self.space.conditions.settle(torch.where(self.pinned, self._values, result))

    def draw(self, u: Tensor) -> Tensor:
        """Map uniform numbers to points with the pinned values."""
        result = self.layout.from_unit(u)
        for column, codes in self._allowed.items():
            result[:, column] = codes[(u[:, column] * len(codes)).long()]
        return self.space.conditions.settle(torch.where(self.pinned, self._values, result))

    def choices(self, name: str, limit: int) -> Tensor | None:
        """Return the encoded values that a parameter may have here."""
        span = self.layout.columns[name]
        if self.pinned[span].all():
            return self._values[span].unsqueeze(0)
        if span.start in self._allowed:
            return self._allowed[span.start].unsqueeze(1)
        return super().choices(name, limit)

    def decode(self, x: Tensor) -> pd.DataFrame:
        """Return points as a frame, as the space does."""
        return self.space.decode(x)
