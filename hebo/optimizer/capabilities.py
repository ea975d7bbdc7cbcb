"""Capabilities of an optimizer: what of that which can be told its recommender makes use of."""

from __future__ import annotations

from hebo.request import Recommends


class Capabilities:
    """What an optimizer takes; the part of `Optimizer` that answers for its recommender."""

    recommender: Recommends

    @property
    def max_objectives(self) -> int:
        """How many columns of `y` it takes."""
        return self.recommender.max_objectives

    @property
    def takes_constraints(self) -> bool:
        """Whether it makes use of measured constraints."""
        return self.recommender.takes_constraints

    def check_takes_constraints(self) -> None:
        """Refuse measured constraints that would have no effect, before any is told.

        Raises:
            IncompatibleError: With the reason, and what takes them.
        """
        self.recommender.check_takes_constraints()

    def check_takes_variances(self) -> None:
        """Refuse known variances of the noise that would have no effect, before any is told.

        Raises:
            IncompatibleError: With the reason, and what takes them.
        """
        self.recommender.check_takes_variances()

    def check_takes_gradients(self) -> None:
        """Refuse derivatives of the objective that would have no effect, before any is told.

        Raises:
            IncompatibleError: With the reason, and what takes them.
        """
        self.recommender.check_takes_gradients()

    @property
    def takes_reference(self) -> bool:
        """Whether it makes use of a stated reference point of hypervolumes."""
        return self.recommender.takes_reference

    def check_takes_reference(self) -> None:
        """Refuse a stated reference point that would have no effect.

        Raises:
            IncompatibleError: With the reason, and what takes one.
        """
        self.recommender.check_takes_reference()

    def check_takes_related(self) -> None:
        """Refuse observations of related tasks that would have no effect, before any is told.

        Raises:
            IncompatibleError: With the reason, and what takes them.
        """
        self.recommender.check_takes_related()

    def check_takes_objectives(self, n: int) -> None:
        """Refuse more objectives than the recommender takes, before any is told.

        Raises:
            IncompatibleError: With both numbers, and what would work.
        """
        self.recommender.check_takes_objectives(n)
