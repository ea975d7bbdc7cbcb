"""Random search: independent points, whatever the values."""

from __future__ import annotations

from torch import Tensor

from hebo.base import Recommender
from hebo.information import EVERYTHING, Information, Takes
from hebo.request import Request


class RandomSearch(Recommender):
    """Independent points: every category and integer equally likely, numbers uniform on their scale."""

    @property
    def max_objectives(self) -> int:
        """Any number: values do not matter."""
        return 2**31

    @property
    def takes(self) -> Takes:
        """All that goes with values, which has no effect, as they have none; a reference point is refused."""
        return EVERYTHING - {Information.REFERENCE}

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        x = request.domain.sample(request.n, generator=request.generator, method="random")
        return request.filled(x, request.n)
