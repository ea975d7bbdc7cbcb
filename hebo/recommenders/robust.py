"""Robust compositions: any optimizer with another surrogate in each of its loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from pydantic import Field

from hebo.base import Recommender, RiskMeasure, Surrogate
from hebo.errors import ConfigError
from hebo.recipe import Recipe, as_defaults
from hebo.recommenders.at_conditions import AtConditions
from hebo.recommenders.at_perturbations import AtPerturbations
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.surrogates.averaged import Averaged, Condition
from hebo.surrogates.of_variants import OfVariants, Weight
from hebo.surrogates.perturbed import Perturbed, Positive
from hebo.surrogates.risk_measures import Expectation
from hebo.transforms.power import Standardize


class InputNoise(Recipe):
    """What `robust` is made of.

    Attributes:
        of: The optimizer; None: HEBO.
        input_sd: See `hebo.surrogates.perturbed.Perturbed`, as for all up to `risk`.
        n_perturbations: How many stand for `input_sd`.
        perturbations: A set in place of that.
        weights: Of the set.
        risk: The measure.
    """

    example: ClassVar[dict[str, Any]] = {"input_sd": {"x1": 0.1}}

    of: Recommender | None = None
    input_sd: dict[str, Positive] | None = Field(default=None, min_length=1)
    n_perturbations: int | None = Field(default=None, ge=2)
    perturbations: list[dict[str, float]] | None = Field(default=None, min_length=1)
    weights: list[Weight] | None = None
    risk: RiskMeasure = Field(default_factory=Expectation)


class Environment(Recipe):
    """What `averaged_over` is made of.

    Attributes:
        of: The optimizer; None: HEBO.
        conditions: See `hebo.surrogates.averaged.Averaged`, as for all up to `risk`.
        weights: Of the conditions.
        risk: The measure.
    """

    example: ClassVar[dict[str, Any]] = {"conditions": [{"x1": -1.0}, {"x1": 1.0}]}

    of: Recommender | None = None
    conditions: list[Condition] = Field(min_length=2)
    weights: list[Weight] | None = None
    risk: RiskMeasure = Field(default_factory=Expectation)


def against_input_noise(own: InputNoise, of: Recommender) -> Recommender:
    """Return an optimizer whose loops look at perturbed points."""

    def perturbed(loop: BayesOptRecipe) -> Recommender:
        return AtPerturbations(of=_with(loop, Perturbed(of=_plain(loop), **_said(own))))

    return map_loops(of, perturbed, "robust")


def over_conditions(own: Environment, of: Recommender) -> Recommender:
    """Return an optimizer whose loops look at designs under all conditions, and evaluate them at one."""

    def averaged(loop: BayesOptRecipe) -> Recommender:
        return AtConditions(of=_with(loop, Averaged(of=_plain(loop), **_said(own))))

    return map_loops(of, averaged, "averaged_over")


def map_loops(
    recommender: Recommender, change: Callable[[BayesOptRecipe], Recommender], name: str
) -> Recommender:
    """Return a composition with each loop of Bayesian optimization in it changed.

    Args:
        recommender: A loop, or what holds some.
        change: Returns what takes the place of a loop.
        name: Of the preset, for messages.

    Raises:
        ConfigError: If a part of the composition is no loop and holds none.
    """
    if isinstance(recommender, BayesOptRecipe):
        return change(recommender)
    inner = {key: _changed(value, change, name) for key, value in recommender if _holds(value)}
    if not inner:
        raise ConfigError(
            f"{name} changes the surrogate of a loop, and {recommender.title} has none; use hebo, bayes_opt, "
            "or another model-based optimizer of this library"
        )
    fields = {key: getattr(recommender, key) for key in type(recommender).model_fields}
    return as_defaults(type(recommender)(**{**fields, **inner}), recommender.model_fields_set)


def _changed(value: Any, change: Callable[[BayesOptRecipe], Recommender], name: str) -> Any:
    if isinstance(value, Recommender):
        return map_loops(value, change, name)
    return tuple(map_loops(one, change, name) for one in value)


def _holds(value: Any) -> bool:
    """Say whether a field holds recommenders."""
    if isinstance(value, tuple | list):
        return bool(value) and all(isinstance(one, Recommender) for one in value)
    return isinstance(value, Recommender)


def _plain(loop: BayesOptRecipe) -> Surrogate:
    """Return the surrogate of a loop, which models single values.

    Raises:
        ConfigError: If it predicts a risk measure already.
    """
    if isinstance(loop.surrogate, OfVariants):
        raise ConfigError(
            f"{type(loop.surrogate).__name__} in this optimizer predicts a risk measure already; use one of "
            "robust and averaged_over"
        )
    return loop.surrogate


def _said(own: Recipe) -> dict[str, Any]:
    """Return what the user of a preset said of the surrogate."""
    return {name: getattr(own, name) for name in own.model_fields_set - {"of"}}


def _with(loop: BayesOptRecipe, surrogate: OfVariants) -> BayesOptRecipe:
    """Return a loop with another surrogate, which where it averages takes an affine scale if it may."""
    fields = {name: getattr(loop, name) for name in type(loop).model_fields}
    is_bent = surrogate.averages is not None and not loop.output_transform.is_affine
    if is_bent and "output_transform" not in loop.model_fields_set:
        fields["output_transform"] = Standardize()
    return as_defaults(BayesOptRecipe(**{**fields, "surrogate": surrogate}), loop.model_fields_set)
