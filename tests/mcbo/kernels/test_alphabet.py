"""Tests of `mcbo.kernels.alphabet`: where a string kernel says that columns are hardly a string."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

import mcbo
from hebo.design_space.design_space import DesignSpace
from hebo.errors import SuitabilityWarning
from hebo.kernels.base import KernelRecipe
from hebo.kernels.mixture import Mixture
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.optimizer.optimizer import OptimizerRecipe
from mcbo.kernels.prefix import Prefix
from mcbo.kernels.spectrum import Spectrum
from mcbo.kernels.string_subsequence import StringSubsequence
from mcbo.presets import BOSS, MCBO, AntBO, BOiLS, Casmopolitan
from mcbo.surrogates.best_by_loo import BestByLOO
from mcbo.surrogates.mixed_gp import with_nominal
from tasks.base import Task
from tasks.combinatorial.contamination import ContaminationControl
from tasks.combinatorial.ising import IsingSparsification
from tasks.combinatorial.max_sat import MaxSAT

Definitions = list[dict[str, Any]]


def space(definitions: Definitions) -> DesignSpace:
    return DesignSpace().parse(definitions)


BOOLEANS: Definitions = [{"name": f"b{place}", "type": "bool"} for place in range(6)]
NUMBERS: Definitions = [{"name": f"i{place}", "type": "int", "lb": 0, "ub": 1} for place in range(6)]
ZEROS_AND_ONES: Definitions = [
    {"name": f"c{place}", "type": "cat", "categories": [0, 1]} for place in range(6)
]
LETTERS: Definitions = [
    {"name": f"x{place}", "type": "cat", "categories": ["a", "b", "c"]} for place in range(6)
]
TWO_LETTERS: Definitions = [
    {"name": f"x{place}", "type": "cat", "categories": ["H", "P"]} for place in range(6)
]
DIFFERENT: Definitions = [
    {"name": f"x{place}", "type": "cat", "categories": ["a", "b", f"c{place}"]} for place in range(6)
]
SEQUENCE: Definitions = [{"name": "s", "type": "sequence", "alphabet": "01", "length": 6}]
X: dict[str, Any] = {"name": "r", "type": "num", "lb": 0.0, "ub": 1.0}

STRINGS = pytest.mark.parametrize("recipe", [BOiLS(), BOSS()])


@STRINGS
@pytest.mark.parametrize("definitions", [BOOLEANS, [*BOOLEANS, X], NUMBERS, ZEROS_AND_ONES])
def test_a_string_kernel_over_switches_warns_when_composed_and_says_what_fits(
    recipe: OptimizerRecipe, definitions: Definitions
) -> None:
    first, last = (one["name"] for one in (definitions[0], definitions[5]))
    with pytest.warns(
        SuitabilityWarning, match=f"StringSubsequence reads '{first}' to '{last}' as .* no order"
    ) as said:
        recipe.build(space(definitions), seed=0)
    assert len(said) == 1
    for remedy in ("`casmopolitan`", "`mcbo.build(space)`", "`sequence`"):
        assert remedy in str(said[0].message)


@STRINGS
@pytest.mark.parametrize("task", [ContaminationControl(), IsingSparsification(), MaxSAT(n_variables=12)])
def test_problems_of_booleans_are_no_strings(recipe: OptimizerRecipe, task: Task) -> None:
    with pytest.warns(SuitabilityWarning, match="in no order"):
        recipe.build(task.space, seed=0)


@STRINGS
@pytest.mark.parametrize("definitions", [SEQUENCE, LETTERS, TWO_LETTERS, BOOLEANS[:1], [*LETTERS, X]])
def test_what_may_be_a_string_is_taken_for_one(recipe: OptimizerRecipe, definitions: Definitions) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recipe.build(space(definitions), seed=0)


@pytest.mark.parametrize(
    "build",
    [
        lambda one: MCBO().build(one, seed=0),
        lambda one: Casmopolitan().build(one, seed=0),
        lambda one: AntBO().build(one, seed=0),
        lambda one: mcbo.build(one, seed=0),
        lambda one: mcbo.build(one, model="gp_to", seed=0),
    ],
)
def test_what_fits_booleans_or_finds_out_is_silent(build: Callable[[DesignSpace], object]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        build(space(BOOLEANS))


def test_a_model_by_its_short_name_warns_too() -> None:
    with pytest.warns(SuitabilityWarning, match="StringSubsequence"):
        mcbo.build(space(BOOLEANS), model="gp_ssk", seed=0)


@pytest.mark.parametrize(
    ("kernel", "doubted"),
    [
        (StringSubsequence(), True),
        (Spectrum(), True),
        (Prefix(), True),
        (TransformedOverlap(), False),
        (Mixture(kernels=[StringSubsequence(), Spectrum()]), True),
        (Mixture(kernels=[StringSubsequence(), TransformedOverlap()]), False),
    ],
)
def test_a_blend_is_doubted_if_all_its_kernels_are(kernel: KernelRecipe, doubted: bool) -> None:
    found = with_nominal(kernel).doubts(space(BOOLEANS))
    assert (len(found) == 1) == doubted
    assert with_nominal(kernel).doubts(space(LETTERS)) == ()


def test_a_choice_is_doubted_if_all_that_can_be_chosen_are() -> None:
    strings = [with_nominal(StringSubsequence()), with_nominal(Spectrum())]
    assert len(BestByLOO(surrogates=strings).doubts(space(BOOLEANS))) == 1
    assert BestByLOO(surrogates=[*strings, with_nominal(TransformedOverlap())]).doubts(space(BOOLEANS)) == ()
    assert BestByLOO(surrogates=strings).doubts(space(LETTERS)) == ()


def test_common_beginnings_of_different_choices_are_doubted() -> None:
    (doubt,) = with_nominal(Prefix()).doubts(space(DIFFERENT))
    assert (
        "Prefix reads 'x0' to 'x5' as the letters of a string, but they are choices among different" in doubt
    )
