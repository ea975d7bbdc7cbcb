"""Tests of `hebo.abilities`."""

from __future__ import annotations

import pytest
from examples import SPACES, observations

from hebo import abilities
from hebo.abilities import (
    ADDITIVE_MODEL,
    CROSS_COVARIANCE,
    DRAWN_FUNCTION,
    JOINT_NORMAL,
    JOINT_VALUES,
    LEAVE_ONE_OUT,
    PATH_SAMPLING,
    Ability,
)
from hebo.base import Surrogate
from hebo.random import make_generator
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.warped_gp import WarpedGP
from mcbo.kernels.tree_additive import TreeAdditive
from mcbo.surrogates.mixed_gp import MixedGP
from mcbo.surrogates.sparse_linear import SparseLinear

ALL = [one for one in vars(abilities).values() if isinstance(one, Ability)]
# Normality shows in no method, for trees have joint moments too; and any function can be called.
NOT_SEEN = {DRAWN_FUNCTION, JOINT_NORMAL, JOINT_VALUES}


@pytest.mark.parametrize("ability", ALL, ids=lambda one: one.protocol.__name__)
def test_an_ability_says_what_lacks_it_and_what_to_do(ability: Ability) -> None:
    assert str(ability.missing(object())).startswith(f"object does not offer {ability.name}; ")
    assert ability.remedy.startswith(("use", "choose"))
    assert not isinstance(object(), ability.protocol)


@pytest.mark.parametrize(
    ("recipe", "abilities_of_its_model"),
    [
        (WarpedGP(), {CROSS_COVARIANCE, JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING}),
        (MixedGP(), {CROSS_COVARIANCE, JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING}),
        (
            MixedGP(kernels=[TreeAdditive()]),
            {CROSS_COVARIANCE, JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING, ADDITIVE_MODEL},
        ),
        (MixedGP(n_samples=2, burn_in=1), {CROSS_COVARIANCE, JOINT_NORMAL, LEAVE_ONE_OUT}),
        (SparseLinear(n_draws=4, burn_in=2), {CROSS_COVARIANCE, PATH_SAMPLING}),
        (ExtraTrees(n_trees=4), {CROSS_COVARIANCE}),
    ],
)
def test_a_model_is_an_instance_of_just_what_its_recipe_offers(
    recipe: Surrogate, abilities_of_its_model: set[Ability]
) -> None:
    space = SPACES["categorical"]
    model = recipe.fit(observations(space), space, generator=make_generator(0))
    assert recipe.offers() == abilities_of_its_model
    seen = {one for one in ALL if isinstance(model, one.protocol)}
    assert seen - NOT_SEEN == abilities_of_its_model - NOT_SEEN
    assert abilities_of_its_model <= seen
