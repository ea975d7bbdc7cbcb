"""Limits: the tasks that a network was trained for, and what of a space or of data lies beyond."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.recipe import Recipe

MIN_SPREAD = 1e-6
"""Observed values with a smaller standard deviation are only centered, in training as in predictions."""

_LEVELS_PER_CATEGORY = 4
"""Integer columns of training tasks have up to so many values for each of the most categories."""


class Limits(Recipe):
    """What a network was trained for.

    Attributes:
        n_columns: Fewest and most columns.
        n_context: Fewest and most observations.
        levels: Whether there were columns with finitely many numbers.
        categories: Most categories of a column, 0 without categorical columns.
    """

    n_columns: tuple[int, int]
    n_context: tuple[int, int]
    levels: bool
    categories: int

    @property
    def most_levels(self) -> int:
        """Most values of a numeric column that the network is told of; one with more counts as continuous."""
        return _LEVELS_PER_CATEGORY * self.categories

    def beyond_space(self, space: DesignSpace) -> str | None:
        """Say what of a space the network was not trained for; None if it takes the space."""
        d, (low, high) = space.bounds.shape[1], self.n_columns
        if not low <= d <= high:
            return f"{d} columns, where its weights were trained for {low} to {high}"
        for name, parameter in space.parameters.items():
            found = self._beyond_parameter(parameter.n_columns, parameter.n_categories, parameter.cardinality)
            if found is not None:
                return f"'{name}', {found}"
        return None

    def _beyond_parameter(
        self, n_columns: int, categories: int | None, cardinality: int | None
    ) -> str | None:
        if categories is None and n_columns > 1:
            return "whose columns are an order; its weights were trained for numbers and categories"
        if categories is not None and not self.categories:
            return "which has categories; its weights were trained for numbers alone"
        if categories is not None and categories > self.categories:
            return (
                f"which has {categories} categories; its weights were trained for at most {self.categories}"
            )
        if categories is None and cardinality is not None and not self.levels:
            return "which has finitely many numbers; its weights were trained for continuous columns alone"
        return None

    def beyond_size(self, n: int) -> str | None:
        """Say how `n` observations are beyond what the network was trained for; None if they are not."""
        low, high = self.n_context
        if low <= n <= high:
            return None
        return f"{n} observations, where its weights were trained for {low} to {high}"


def limits_of(card: Any, source: str) -> Limits:
    """Return the limits on the card of weights.

    Raises:
        DataError: If they are of another format.
    """
    try:
        return Limits.model_validate(card["limits"])
    except ValidationError as error:
        raise DataError(
            f"{source}: the card has limits of another format ({error.errors()[0]['msg']}); train the "
            "weights anew with this version of the package"
        ) from error
