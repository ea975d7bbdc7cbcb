"""Strict recommender: errors while points are computed leave `Optimizer.ask`."""

from __future__ import annotations

from torch import Tensor

from hebo.recommenders.wrapper import Wrapper
from hebo.request import Request


class Strict(Wrapper):
    """The points of another recommender, and no space-filling ones in their place where it fails.

    Attributes:
        of: Recommends the points.
    """

    @property
    def is_strict(self) -> bool:
        """Always."""
        return True

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        return self.of.recommend(request)
