"""Search domain: what an acquisition optimizer may know of the space it searches.

Notation: `n` points, `d` encoded columns, `k` neighbors. All tensors are float64 on the CPU.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from torch import Generator, Tensor

from hebo.design_space.parameters.layout import Layout

Method = Literal["sobol", "random"]


class Domain(ABC):
    """A set of points in encoded columns: a design space, a part of one, or a trust region.

    Attributes:
        bounds: `2 x d`, lower and upper ends of the encoded columns.
        categorical_dims: Column -> number of categories; such a column holds codes `0 .. c-1`.
        discrete_dims: Columns that take finitely many values (categorical columns included).
        layout: The parameters, and which columns are theirs.
        is_listed: Whether the points are those of a list, such as a table of candidates.
    """

    bounds: Tensor
    categorical_dims: Mapping[int, int]
    discrete_dims: frozenset[int]
    layout: Layout
    is_listed: ClassVar[bool] = False

    @property
    def with_seen(self) -> Domain:
        """This domain with the points that were taken from it for having been seen, such as rows of a table.

        They cannot be chosen again, but what was found there is what an improvement is measured against.
        """
        return self

    def keys(self, x: Tensor) -> Tensor:
        """Return a row of numbers for each point (`n x d`), equal where points are: its rounded values."""
        low, high = self.bounds
        return torch.round((x - low) / (high - low).clamp_min(1e-12) * 1e10)

    @abstractmethod
    def sample(self, n: int, *, generator: Generator, method: Method = "sobol") -> Tensor:
        """Draw `n` feasible points, `n x d`: spread evenly (`sobol`) or independent (`random`)."""

    @abstractmethod
    def project(self, x: Tensor) -> Tensor:
        """Return the nearest feasible points to `x` (`n x d`): clipped, rounded, repaired."""

    @abstractmethod
    def contains(self, x: Tensor) -> Tensor:
        """Say for each row of `x` (`n x d`) whether it is feasible, input constraints included."""

    @abstractmethod
    def neighbors(self, x: Tensor, *, generator: Generator) -> Tensor:
        """Return the feasible points (`k x d`) one step in one parameter away from `x` (`d`)."""

    @abstractmethod
    def points(self, limit: int) -> Tensor | None:
        """Return every feasible point, `k x d` without repeats, if there are at most `limit` combinations.

        None where the domain is infinite or larger. Searches use it to be exact on small domains, and
        optimizers to know when a finite space is exhausted.
        """
