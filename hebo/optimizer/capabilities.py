"""Capabilities of an optimizer: what of that which can be told its recommender makes use of."""

from __future__ import annotations

from hebo.information import Information, Takes
from hebo.request import Recommends


class Capabilities:
    """What an optimizer takes; the part of `Optimizer` that answers for its recommender."""

    recommender: Recommends

    @property
    def max_objectives(self) -> int:
        """How many columns of `y` it takes."""
        return self.recommender.max_objectives

    @property
    def takes(self) -> Takes:
        """What it makes use of beside values, or in their place."""
        return self.recommender.takes

    def check_takes(self, kind: Information) -> None:
        """Refuse information that would have no effect, before any is told.

        Raises:
            IncompatibleError: With the reason, and what takes it.
        """
        self.recommender.check_takes(kind)

    def check_unconstrained(self) -> None:
        """Refuse a problem without measured constraints where nothing can be done without them.

        Raises:
            IncompatibleError: With the reason, and what would work.
        """
        self.recommender.check_unconstrained()

    def check_takes_objectives(self, n: int) -> None:
        """Refuse more objectives than the recommender takes, before any is told.

        Raises:
            IncompatibleError: With both numbers, and what would work.
        """
        self.recommender.check_takes_objectives(n)
