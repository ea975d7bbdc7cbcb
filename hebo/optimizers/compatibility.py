"""Which parts of a composition work together, checked when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from hebo.abilities import ADDITIVE_ACQ, Ability
from hebo.errors import IncompatibleError
from hebo.recipe import Recipe

if TYPE_CHECKING:
    from hebo.optimizers.bayes_opt import BayesOptRecipe


def check_parts(recipe: BayesOptRecipe) -> None:
    """Refuse a composition of which one part needs what another does not offer.

    Raises:
        IncompatibleError: With both parts and what would work.
    """
    surrogate, acquisition, search = recipe.surrogate, recipe.acquisition, recipe.acq_optimizer
    _require(acquisition, acquisition.needs, surrogate, surrogate.offers())
    _require(search, search.needs, acquisition, acquisition.gives)
    if recipe.success_power != 1.0 and ADDITIVE_ACQ in acquisition.gives:
        raise IncompatibleError(
            f"success_power {recipe.success_power:g} has no effect with {type(acquisition).__name__}, for "
            "which failures have the worst value anyway; leave it out, or use another acquisition, such as "
            "log_ei"
        )
    if search.needs and torch.device(recipe.device).type != "cpu":
        raise IncompatibleError(
            f"{type(search).__name__} looks into the acquisition, on the CPU only; "
            f"device '{recipe.device}' hides it: use device 'cpu' or another search"
        )


def _require(part: Recipe, needs: frozenset[Ability], giver: Recipe, has: frozenset[Ability]) -> None:
    for missing in sorted(needs - has, key=lambda one: one.name):
        raise IncompatibleError(
            f"{type(part).__name__} needs {missing.name}, which {type(giver).__name__} does not offer; "
            f"{missing.remedy}"
        )
