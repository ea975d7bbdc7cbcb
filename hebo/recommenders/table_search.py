"""Exhaustive search of a candidate table, in place of any other search and region."""

from __future__ import annotations

from hebo.acq_optimizers.exhaustive import Exhaustive
from hebo.base import AcqOptimizer, Region
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.recipe import Recipe
from hebo.regions.whole_space import WholeSpace


def parts_for(search: AcqOptimizer, region: Region, space: DesignSpace) -> tuple[AcqOptimizer, Region]:
    """Return the search and the region that are used in a space.

    Searches that go from point to point, and regions that bound their steps, are made for spaces too large to
    list. On a table the maximum of the acquisition is found exactly.
    """
    if not space.is_listed:
        return search, region
    return search if isinstance(search, Exhaustive) else Exhaustive(), WholeSpace()


def check_choices(recipe: Recipe, space: DesignSpace) -> None:
    """Refuse a search or a region that was chosen for a table on purpose, and would say nothing there.

    What a preset has by default in these places is no choice; see `hebo.recipe.as_defaults`.

    Raises:
        IncompatibleError: With the part, and what to write instead.
    """
    if not space.is_listed:
        return
    for place, allowed, name in (
        ("acq_optimizer", Exhaustive, "exhaustive"),
        ("region", WholeSpace, "whole_space"),
    ):
        chosen = getattr(recipe, place) if place in recipe.model_fields_set else None
        if chosen is not None and not isinstance(chosen, allowed):
            raise IncompatibleError(
                f"{type(chosen).__name__} as {place} is for spaces too large to list; all "
                f"{space.cardinality} candidates of the table are valued instead: leave it out, or write "
                f"`{place}: {{type: {name}}}`"
            )
