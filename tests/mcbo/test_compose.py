"""Tests of `mcbo.compose`."""

from __future__ import annotations

import pytest
from examples import SPACES

import mcbo
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.mace import MACE
from hebo.errors import ConfigError, IncompatibleError
from hebo.kernels.overlap import Overlap
from hebo.regions.whole_space import WholeSpace
from mcbo.acq_optimizers.genetic import GeneticSearch
from mcbo.acq_optimizers.interleaved import InterleavedSearch
from mcbo.acq_optimizers.tree_search import TreeSearch
from mcbo.presets import MCBO, RDUCB, Casmopolitan, TreeSearchBO
from mcbo.regions.hamming_trust_region import HammingTrustRegion
from mcbo.surrogates.best_by_loo import BestByLOO
from mcbo.surrogates.mixed_gp import MixedGP

SPACE = SPACES["categorical"]


def test_nothing_given_is_the_default_preset() -> None:
    recipe, preset = mcbo.build(SPACE, seed=0).recommender, MCBO().of.one
    assert dict(recipe) == dict(preset)  # a dump leaves out what the parts have beyond their base classes
    assert (recipe.surrogate, recipe.region) == (BestByLOO(), preset.region)


def test_short_names_make_casmopolitan() -> None:
    recipe = mcbo.build(SPACE, model="gp_to", tr="basic", seed=0).recommender
    assert recipe.surrogate == Casmopolitan().surrogate
    assert recipe.acq_optimizer == InterleavedSearch()
    assert recipe.acquisition == LogEI()
    assert recipe.region == HammingTrustRegion()


def test_short_names_are_those_of_their_parts() -> None:
    recipe = mcbo.build(
        SPACE, model="gp_o", acq_opt="ga", acq="mace", tr=None, n_initial=5, seed=0
    ).recommender
    assert isinstance(recipe.surrogate, MixedGP)
    assert recipe.surrogate.kernels[0] == Overlap()
    assert (recipe.acq_optimizer, recipe.acquisition) == (GeneticSearch(), MACE())
    assert (recipe.region, recipe.n_initial) == (WholeSpace(), 5)


def test_tree_search_is_a_short_name_and_a_preset() -> None:
    recipe = mcbo.build(SPACE, model="gp_to", acq_opt="mcts", tr=None, n_initial=10, seed=0).recommender
    assert isinstance(TreeSearchBO().acq_optimizer, TreeSearch)
    assert (recipe.surrogate, recipe.region) == (MixedGP(), WholeSpace())
    assert recipe.acq_optimizer == TreeSearch()


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"model 'gp_tr' is none of auto, gp_o, .*Did you mean"):
        mcbo.build(SPACE, model="gp_tr")
    with pytest.raises(ConfigError, match=r"tr 'box' is none of auto, basic, none"):
        mcbo.build(SPACE, tr="box")


def test_parts_that_do_not_fit_are_refused_when_they_are_put_together() -> None:
    with pytest.raises(IncompatibleError, match="MessagePassing needs additive components"):
        mcbo.build(SPACE, acq_opt="mp")
    with pytest.raises(IncompatibleError, match="ThompsonSampling needs functions drawn"):
        mcbo.build(SPACE, model="rf", acq="ts")
    with pytest.raises(
        IncompatibleError, match="SuccessProbability as failures has no effect with AdditiveUCB"
    ):
        RDUCB(success_power=2.0)


def test_the_package_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'missing'"):
        _ = mcbo.missing
