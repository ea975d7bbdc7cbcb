"""Tests of `hebo.experiment.config.former`: what version 0.9 stored is understood."""

from __future__ import annotations

import json
from typing import Any

import pytest
from examples import INSTANCES

from hebo.experiment.config.former import current
from hebo.experiment.config.parts import describe
from hebo.presets import HEBORecipe
from hebo.recipe import Recipe
from mcbo.presets import MCBO, RDUCB, AntBO, TreeSearchBO
from mcbo.recommenders.annealing import Annealing

STORED: dict[str, dict[str, Any]] = json.loads((INSTANCES / "stored_recipes.json").read_text())
NOW: dict[str, Recipe] = {
    "hebo": HEBORecipe(fidelity_costs=(1.0, 2.0)),
    "mcbo": MCBO(),
    "tree_search": TreeSearchBO(),
    "antbo": AntBO(batch_distance=3),
    "rducb": RDUCB(),
    "simulated_annealing": Annealing(),
}


@pytest.mark.parametrize("name", NOW)
def test_a_stored_preset_is_the_composition_of_today(name: str) -> None:
    now = describe(NOW[name])
    assert current("optimizer", STORED[name], now) == now


def test_a_changed_setting_stays_a_difference() -> None:
    now = describe(NOW["hebo"])
    assert current("optimizer", {**STORED["hebo"], "exploration": 0.5}, now) != now


def test_a_composition_of_one_objective_is_what_does_the_same_with_one() -> None:
    now, other = describe(HEBORecipe()), describe(HEBORecipe(exploration=0.5))
    assert current("optimizer", now["of"]["one"], now) == now
    assert current("optimizer", other["of"]["one"], now) != now


def test_a_composition_from_before_contexts_is_what_does_the_same_without() -> None:
    now, other = describe(HEBORecipe()), describe(HEBORecipe(exploration=0.5))
    assert current("optimizer", now["of"], now) == now
    assert current("optimizer", other["of"], now) != now
    strict = describe(HEBORecipe(strict=True))
    assert current("optimizer", strict["of"]["one"], strict) == strict
    assert current("optimizer", now["of"], strict) != strict


def test_what_cannot_be_built_stays_as_it_is() -> None:
    unknown = {"type": "of_another_package", "n": 3}
    assert current("optimizer", unknown, describe(HEBORecipe())) == unknown
