"""Sobol sequence: space-filling points, whatever the values."""

from __future__ import annotations

from torch import Tensor

from hebo.base import Recommender
from hebo.information import EVERYTHING, Information, Takes
from hebo.request import Request


class Sobol(Recommender):
    """The points of one scrambled Sobol sequence, in order."""

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
        return request.space_filling(request.n)
