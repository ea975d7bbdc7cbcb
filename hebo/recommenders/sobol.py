"""Sobol sequence: space-filling points, whatever the values."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from hebo.base import Recommender
from hebo.request import Request


class Sobol(Recommender):
    """The points of one scrambled Sobol sequence, in order."""

    max_objectives: ClassVar[int] = 2**31
    takes_constraints: ClassVar[bool] = True

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        return request.space_filling(request.n)
