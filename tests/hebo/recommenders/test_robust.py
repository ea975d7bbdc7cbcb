"""Tests of `hebo.recommenders.robust`: what `robust` and `averaged_over` make of other optimizers."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.improvement import LogEI
from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, IncompatibleError
from hebo.experiment.config.parts import build, describe, rebuild
from hebo.presets import AveragedOver, HEBORecipe, Robust, bayes_opt
from hebo.recommenders.at_conditions import AtConditions
from hebo.recommenders.at_perturbations import AtPerturbations
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.recommenders.robust import map_loops
from hebo.recommenders.sobol import Sobol
from hebo.surrogates.averaged import Averaged
from hebo.surrogates.perturbed import Perturbed
from hebo.surrogates.risk_measures import CVaR, VaR
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import PowerTransform, Standardize
from mcbo.presets import MCBO, RDUCB

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "b", "type": "num", "lb": 0, "ub": 1},
        {"name": "c", "type": "cat", "categories": list("uvw")},
    ]
)
CONDITIONS: list[dict[str, Any]] = [{"b": 0.2}, {"b": 0.8}]
PARTS: dict[str, Any] = {"surrogate": WarpedGP(), "acquisition": LogEI(), "acq_optimizer": NSGA2()}


def loops(recipe: Recommender) -> list[BayesOptRecipe]:
    found: list[BayesOptRecipe] = []
    map_loops(recipe, lambda loop: found.append(loop) or loop, "test")  # type: ignore[func-returns-value]
    return found


def test_every_loop_of_a_preset_gets_the_surrogate_and_a_scale_that_keeps_means() -> None:
    made = loops(Robust(input_sd={"a": 0.1}))
    assert len(made) == 3
    for loop in made:
        assert isinstance(loop.surrogate, Perturbed)
        assert loop.surrogate.input_sd == {"a": 0.1}
        assert isinstance(loop.output_transform, Standardize)
    originals = [type(one.surrogate) for one in loops(HEBORecipe())]
    assert [type(one.surrogate.of) for one in made if isinstance(one.surrogate, Perturbed)] == originals


def test_loops_are_held_by_what_chooses_where_to_evaluate() -> None:
    of = BayesOptRecipe(**PARTS, output_transform=Standardize())
    assert isinstance(Robust(of=of, input_sd={"a": 0.1}), AtPerturbations)
    averaged = AveragedOver(of=of, conditions=CONDITIONS)
    assert isinstance(averaged, AtConditions)
    (loop,) = loops(averaged)
    assert isinstance(loop.surrogate, Averaged)
    assert loop.surrogate.conditions == CONDITIONS


def test_a_measure_of_the_ranking_keeps_the_power_transform() -> None:
    first = loops(Robust(input_sd={"a": 0.1}, risk=VaR(alpha=0.7)))[0]
    assert isinstance(first.output_transform, PowerTransform)


def test_a_chosen_scale_that_bends_means_is_refused_by_name() -> None:
    of = HEBORecipe(output_transform=PowerTransform())
    with pytest.raises(
        IncompatibleError, match=r"Perturbed with CVaR averages .* PowerTransform .*standardize"
    ):
        Robust(of=of, input_sd={"a": 0.1}, risk=CVaR(alpha=0.5))
    with pytest.raises(IncompatibleError, match="Averaged with Expectation averages"):
        bayes_opt(
            surrogate=Averaged(of=WarpedGP(), conditions=CONDITIONS),
            acquisition=LogEI(),
            acq_optimizer=NSGA2(),
            output_transform=PowerTransform(),
        )


def test_one_risk_measure_is_enough() -> None:
    averaged = AveragedOver(conditions=CONDITIONS)
    with pytest.raises(
        ConfigError, match="Averaged in this optimizer predicts a risk measure already; use one of"
    ):
        Robust(of=averaged, input_sd={"a": 0.1})
    with pytest.raises(ValidationError, match="Averaged predicts a measure of risk already"):
        Perturbed(of=Averaged(of=WarpedGP(), conditions=CONDITIONS), input_sd={"a": 0.1})


def test_what_has_no_loop_is_refused_by_name() -> None:
    with pytest.raises(
        ConfigError, match="robust changes the surrogate of a loop, and Sobol has none; use hebo"
    ):
        Robust(of=Sobol(), input_sd={"a": 0.1})
    with pytest.raises(IncompatibleError, match="AdditiveUCB needs additive components"):
        AveragedOver(of=RDUCB(), conditions=CONDITIONS)


def test_names_are_checked_against_the_space_before_anything_is_asked() -> None:
    with pytest.raises(IncompatibleError, match="'d', which is no parameter"):
        Robust(input_sd={"d": 0.1}).build(SPACE, seed=0)
    with pytest.raises(IncompatibleError, match="'c', which is no number"):
        Robust(input_sd={"c": 0.1}).build(SPACE, seed=0)
    with pytest.raises(IncompatibleError, match="A condition sets 'd'"):
        AveragedOver(conditions=[{"d": 1}, {"d": 2}]).build(SPACE, seed=0)
    with pytest.raises(ValidationError, match="give one of `input_sd` and `perturbations`"):
        Robust()


@pytest.mark.parametrize(
    "mapping",
    [
        {"type": "robust", "input_sd": {"a": 0.1}, "risk": {"type": "cvar", "alpha": 0.7}},
        {"type": "robust", "of": {"type": "mcbo"}, "perturbations": [{"a": 0.1}, {}], "weights": [1, 2]},
        {"type": "averaged_over", "of": {"type": "hebo"}, "conditions": CONDITIONS, "weights": [0.3, 0.7]},
    ],
)
def test_yaml_goes_to_a_composition_and_back(mapping: dict[str, Any]) -> None:
    recipe = build("optimizer", mapping)
    assert rebuild("optimizer", describe(recipe)) == recipe


@pytest.mark.parametrize(
    "recipe",
    [
        Robust(of=MCBO(n_initial=4), input_sd={"a": 0.1}, n_perturbations=4),
        AveragedOver(
            of=HEBORecipe(n_initial=4, acq_optimizer=NSGA2(population=20, n_generations=2)),
            conditions=CONDITIONS,
            risk=CVaR(alpha=0.5),
        ),
    ],
    ids=["robust", "averaged_over"],
)
def test_several_objectives_constraints_and_failures_are_borne(recipe: Recommender) -> None:
    optimizer = recipe.build(SPACE, seed=0)
    for number in range(3):
        points = optimizer.ask(3)
        values = [[float(a), float(b)] for a, b in zip(points["a"], points["b"], strict=True)]
        values[0] = [float("nan")] * 2 if number == 0 else values[0]
        optimizer.tell(points, values, constraints=points["a"] - 0.5)
    assert len(optimizer.ask(2)) == 2
