"""`HEBO` with the arguments of the original package."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from original import cost, mixed

from hebo.acquisitions.acq import EI, LCB, MACE, Mean, Sigma
from hebo.errors import ConfigError, IncompatibleError
from hebo.optimizers.hebo import HEBO, HEBORecipe
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.warped_gp import WarpedGP


@pytest.fixture(autouse=True)
def _seeded() -> None:
    np.random.seed(0)  # noqa: NPY002  (the original's clients seed this stream)


def loop(optimizer: HEBO) -> BayesOptRecipe:
    """The loop of HEBO itself, beside which a forest chooses a share of each batch."""
    found: BayesOptRecipe = optimizer.recommender.of.one.of.members[0]
    return found


def test_hebo_takes_the_arguments_of_the_original_in_its_order() -> None:
    optimizer = HEBO(mixed(), "gpy", 4, MACE, "nsga2", {"warp": False, "num_restarts": 2}, 1)
    assert (loop(optimizer).surrogate, loop(optimizer).n_initial) == (WarpedGP(warp=False, n_starts=2), 4)
    assert optimizer.seed == 1
    assert (HEBO.support_parallel_opt, HEBO.support_combinatorial, HEBO.support_contextual) == (True,) * 3


def test_hebo_without_arguments_is_the_recipe() -> None:
    assert HEBO(mixed()).recommender == HEBORecipe()
    assert HEBO(mixed(), model_name="gpy").recommender == HEBORecipe()


@pytest.mark.parametrize("n_told", [3, 8])
@pytest.mark.parametrize(
    "arguments",
    [
        {"model_name": "gp", "model_config": {"noise_lb": 1e-3, "pred_likeli": False, "verbose": False}},
        {"model_name": "rf", "model_config": {"n_estimators": 20}},
        {"acq_cls": LCB},
        {"acq_cls": EI, "es": "ga"},
        {"acq_cls": Mean, "es": None},
        {"acq_cls": Sigma},
    ],
    ids=str,
)
def test_hebo_suggests_with_each_choice(arguments: dict[str, Any], n_told: int) -> None:
    optimizer = HEBO(mixed(), rand_sample=3, scramble_seed=0, **arguments)
    for _ in range(2):
        rec = optimizer.suggest(n_suggestions=n_told)
        optimizer.observe(rec, cost(rec))
    assert optimizer.y.shape == (2 * n_told, 1)
    assert optimizer.best_y == optimizer.y.min()


def test_a_forest_has_no_second_forest_beside_it() -> None:
    alone = HEBO(mixed(), model_name="rf", model_config={"n_estimators": 20}).recommender.of.one.of
    assert isinstance(alone, BayesOptRecipe)
    assert alone.surrogate == ExtraTrees(n_trees=20)


def test_the_space_and_the_numbers_of_categories_may_be_in_the_configuration() -> None:
    config = {"space": mixed(), "num_uniqs": [3], "warp": True, "rd": False}
    assert loop(HEBO(mixed(), model_name="gpy", model_config=config)).surrogate == WarpedGP()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model_name": "deep_ensemble"}, r"model_name 'deep_ensemble'.*gp, gpy, .*rf"),
        ({"model_name": None}, "model_name None"),
        ({"model_config": {"num_epochs": 100}}, r"'num_epochs' means nothing.*leave it out.*noise_lb"),
        ({"model_config": {"verbose": True}}, "verbose=True: here it is always False"),
        ({"model_config": {"num_uniqs": [4]}}, r"num_uniqs=\[4\]"),
        ({"model_config": {"num_restarts": 0}}, "greater than or equal to 1"),
        ({"model_name": "rf", "model_config": {"warp": True}}, r"'warp' means nothing to the model 'rf'"),
        ({"es": "cmaes"}, r"es 'cmaes'.*nsga2, ga"),
        ({"es": "ga"}, r"'ga' maximizes one value, MACE has 3"),
        ({"acq_cls": object}, r"no class of an acquisition.*hebo.acquisitions.acq"),
        ({"acq_cls": LCB()}, "no class of an acquisition"),
        ({"recipe": HEBORecipe(), "model_name": "rf"}, "HEBO takes a recipe, or model_name"),
    ],
)
def test_what_means_nothing_here_is_refused_by_name(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises((ConfigError, IncompatibleError), match=message):
        HEBO(mixed(), **arguments)
