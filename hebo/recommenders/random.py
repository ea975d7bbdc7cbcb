"""Random search: independent points, whatever the values."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from hebo.base import Recommender
from hebo.request import Request


class RandomSearch(Recommender):
    """Independent points: every category and integer equally likely, numbers uniform on their scale."""

    max_objectives: ClassVar[int] = 2**31
    takes_constraints: ClassVar[bool] = True

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        x = request.domain.sample(request.n, generator=request.generator, method="random")
        return request.filled(x, request.n)
