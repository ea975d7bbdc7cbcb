"""Typed points: what sampling, repair and random walks know of a constrained set."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor

from hebo.design_space.domains.domain import Domain
from hebo.design_space.rules.conditions import Conditions
from hebo.design_space.rules.constraints import ConstraintSet


class TypedPoints(Domain):
    """Points that have a type in every column, may be conditional, and obey constraints.

    Attributes:
        conditions: When conditional parameters are active.
        constraints: The input constraints.
        pinned: `d` booleans, columns that hold one value.
    """

    conditions: Conditions
    constraints: ConstraintSet
    pinned: Tensor

    @abstractmethod
    def settle(self, x: Tensor) -> Tensor:
        """Return the nearest points of the right types, conditions respected, constraints ignored."""

    @abstractmethod
    def draw(self, u: Tensor) -> Tensor:
        """Map uniform numbers in `[0, 1)` (`n x d`) to points, constraints ignored."""

    @property
    @abstractmethod
    def anchors(self) -> Tensor:
        """Feasible points spread over the set, always the same ones."""
