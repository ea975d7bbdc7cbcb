"""Bayesian optimisation over a table of candidates: what of a composition takes part."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hebo.acq_optimizers.exhaustive import Exhaustive
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.recipe import Recipe
from hebo.regions.whole_space import WholeSpace

if TYPE_CHECKING:
    from hebo.optimizers.bayes_opt import BayesOptRecipe

    Composition = TypeVar("Composition", bound=BayesOptRecipe)


def over_table(recipe: Composition, space: DesignSpace) -> Composition:
    """Return a composition with a search that is made for tables: exhaustive, of all rows.

    Searches that go from point to point, and regions that bound their steps, are made for spaces too large to
    list. On a table the maximum of the acquisition is found exactly, so that what a composition has by
    default in these places is left out. One that was chosen on purpose is refused rather than ignored.

    Args:
        recipe: Any composition.
        space: The table.

    Raises:
        IncompatibleError: If the composition names another search, or a region.
    """
    defaults = {name: _default(recipe, name) for name in ("acq_optimizer", "region")}
    search, region = recipe.acq_optimizer, recipe.region
    if not isinstance(search, Exhaustive) and search != defaults["acq_optimizer"]:
        _refuse("acq_optimizer", search, space, "leave it out, or write `acq_optimizer: {type: exhaustive}`")
    if not isinstance(region, WholeSpace) and region != defaults["region"]:
        _refuse("region", region, space, "leave it out, or write `region: {type: whole_space}`")
    search = search if isinstance(search, Exhaustive) else Exhaustive()
    return recipe.model_copy(update={"acq_optimizer": search, "region": WholeSpace(), "second_search": None})


def _default(recipe: BayesOptRecipe, name: str) -> object:
    """Return what a composition has in a place unless something else is said; nothing where it must say."""
    field = type(recipe).model_fields[name]
    return None if field.is_required() else field.get_default(call_default_factory=True)


def _refuse(place: str, part: Recipe, space: DesignSpace, remedy: str) -> None:
    raise IncompatibleError(
        f"{type(part).__name__} as {place} is for spaces too large to list; all {space.cardinality} "
        f"candidates of the table are valued instead: {remedy}"
    )
