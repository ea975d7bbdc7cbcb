"""Sobol sequence: space-filling points, whatever the values."""

from __future__ import annotations

from torch import Tensor

from hebo.base import Recommender
from hebo.request import Request


class Sobol(Recommender):
    """The points of one scrambled Sobol sequence, in order."""

    @property
    def max_objectives(self) -> int:
        """Any number: values do not matter."""
        return 2**31

    @property
    def takes_constraints(self) -> bool:
        """Of no effect, as values are."""
        return True

    @property
    def takes_variances(self) -> bool:
        """Of no effect, as values are."""
        return True

    @property
    def takes_gradients(self) -> bool:
        """Of no effect, as values are."""
        return True

    @property
    def takes_related(self) -> bool:
        """Of no effect, as values are."""
        return True

    @property
    def takes_comparisons(self) -> bool:
        """Of no effect, as values are."""
        return True

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        return request.space_filling(request.n)
