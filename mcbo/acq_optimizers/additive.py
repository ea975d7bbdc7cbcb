"""Acquisitions that are sums of functions of few columns, and how a search recognises them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class AdditiveAcq(Protocol):
    """An acquisition with one value per point, `a(x) = sum_i a_i(x[cliques[i]])`.

    Attributes:
        cliques: The columns that each component depends on.
    """

    @property
    def cliques(self) -> Sequence[tuple[int, ...]]:
        """The columns that each component depends on."""

    def components(self, index: int, points: Tensor) -> Tensor:
        """Return component `index` (`p`) at points of its own columns, `p x len(cliques[index])`."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return the sum of the components, `b x 1`, at `b x 1 x d` points."""
