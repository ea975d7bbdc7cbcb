"""Presets from flat settings: each key is a part of the loop, or short for a wrapper around it."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from hebo.base import (
    AcqOptimizer,
    Acquisition,
    BatchRule,
    FailureRule,
    OutputTransform,
    Recommender,
    Region,
    Surrogate,
)
from hebo.batches.kriging_believer import KrigingBeliever
from hebo.errors import ConfigError
from hebo.failures.success_probability import SuccessProbability
from hebo.recipe import Recipe, as_defaults
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.recommenders.by_objectives import ByObjectives
from hebo.recommenders.committee import Committee
from hebo.recommenders.contextual import Contextual
from hebo.recommenders.cost_aware import CostAware
from hebo.recommenders.exploring import Exploring
from hebo.recommenders.fidelity_costs import FidelityCosts
from hebo.recommenders.interleaved import Interleaved
from hebo.recommenders.model_based import ModelBased
from hebo.recommenders.strict import Strict

SECOND_SHARE = 1 / 3


class Settings(Recipe):
    """What can be said of a preset. A key that is left out is as the preset has it.

    Attributes:
        surrogate: Models the objective; this part and those up to `device` are those of `BayesOptRecipe`.
        acquisition: Says what a point is worth.
        acq_optimizer: Finds points worth most.
        output_transform: Scale on which the objective is modeled.
        region: Where the search looks.
        n_initial: Space-filling points before the first model.
        batch: Chooses the points of a batch.
        failures: How failed evaluations count.
        device: Where models are computed.
        exploration: Short for `interleaved` with this `share`.
        min_loo_r2: Short for `interleaved` with this `min_loo_r2`.
        exploration_rate: Short for `exploring` with this `rate`; 0: none.
        second_surrogate: Short for a `committee` of the loop and the same loop with this surrogate.
        second_share: Share of the second member.
        second_search: Its `acq_optimizer`; None: that of the first.
        batch_distance: Short for `batch: {type: kriging_believer, min_distance: ...}`.
        success_power: Short for `failures: {type: success_probability, power: ...}`.
        fidelity_costs: Short for `cost_aware` with these `costs`.
        strict: Short for `strict` around it all: errors while points are computed leave `ask`.
    """

    example: ClassVar[dict[str, Any]] = {"n_initial": 8}

    renamed: ClassVar[dict[str, str]] = {"least_insight": "min_loo_r2"}

    surrogate: Surrogate | None = None
    acquisition: Acquisition | None = None
    acq_optimizer: AcqOptimizer | None = None
    output_transform: OutputTransform | None = None
    region: Region | None = None
    n_initial: int | None = Field(default=None, ge=1)
    batch: BatchRule | None = None
    failures: FailureRule | None = None
    device: str | None = None
    exploration: float | None = Field(default=None, ge=0, le=1)
    min_loo_r2: float | None = Field(default=None, le=1)
    exploration_rate: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    second_surrogate: Surrogate | None = None
    second_share: float | None = Field(default=None, gt=0, lt=1)
    second_search: AcqOptimizer | None = None
    batch_distance: int | None = Field(default=None, ge=1)
    success_power: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    fidelity_costs: FidelityCosts | None = None
    strict: bool | None = None


def compose(own: Settings, **defaults: Any) -> Recommender:
    """Return the loop of some parts, in the wrappers that the settings stand for.

    Args:
        own: What the user of a preset said.
        **defaults: What the preset has where the user says nothing, in the keys of `Settings`.

    Raises:
        ConfigError: If two keys say the same thing, or one says nothing beside the others.
    """
    said = {name: getattr(own, name) for name in own.model_fields_set}
    every = {**defaults, **said}
    _expand(every, said)
    for key, usual in (("second_share", SECOND_SHARE), ("second_search", None)):
        if said.get(key) not in (None, usual) and every.get("second_surrogate") is None:
            raise ConfigError(f"`{key}` says nothing without `second_surrogate`; give one, or leave it out")
    fields = {name: every[name] for name in BayesOptRecipe.model_fields if name in every}
    loop = as_defaults(BayesOptRecipe(**fields), said.keys() & fields)
    made = _around(loop, every)
    return Strict(of=made) if every.get("strict") else made


def by_objectives(own: Settings, one: dict[str, Any], *, several: dict[str, Any]) -> Recommender:
    """Return a preset of one objective beside one of several, told values without offsets of contexts.

    Where the user chose an acquisition, it says how many objectives there may be, and there is one loop.

    Args:
        own: What the user of a preset said.
        one: What the preset has where the user says nothing; see `compose`.
        several: What it has in place of that for several objectives.
    """
    single = compose(own, **one)
    if own.acquisition is not None:
        return Contextual(of=single)
    if own.second_surrogate is None:  # shares of a second model that the other loop may not have
        own = as_defaults(own, own.model_fields_set - {"second_share", "second_search"})
    return Contextual(of=ByObjectives(one=single, several=compose(own, **{**one, **several})))


def _expand(every: dict[str, Any], said: dict[str, Any]) -> None:
    """Put the parts that short keys stand for in their places."""
    for key, place, part in (
        ("batch_distance", "batch", lambda value: KrigingBeliever(min_distance=value)),
        ("success_power", "failures", lambda value: SuccessProbability(power=value)),
    ):
        if said.get(key) is not None and said.get(place) is not None:
            raise ConfigError(f"`{key}` is short for a part in `{place}`; give one of the two")
        if every.get(key) not in (None, 1) and place not in said:  # 1 is what the loop has anyway
            every[place] = part(every[key])
    for place in ("batch", "failures", "device"):
        if every.get(place, ...) is None:
            del every[place]


def _around(loop: BayesOptRecipe, every: dict[str, Any]) -> Recommender:
    """Return the loop in its wrappers."""
    made: ModelBased = loop
    if (surrogate := every.get("second_surrogate")) is not None:
        search = every.get("second_search") or loop.acq_optimizer
        is_served = loop.batch.needs_of_models <= surrogate.offers()
        batch = loop.batch if is_served else KrigingBeliever()
        fields = {**dict(loop), "surrogate": surrogate, "acq_optimizer": search, "batch": batch}
        second = as_defaults(BayesOptRecipe(**fields))
        made = Committee(members=(loop, second), shares=(every.get("second_share") or SECOND_SHARE,))
    if (costs := every.get("fidelity_costs")) is not None:
        made = CostAware(of=made, costs=costs)
    share, least = every.get("exploration") or 0.0, every.get("min_loo_r2")
    whole: Recommender = made
    if share or least is not None:
        whole = Interleaved(of=made, share=share, min_loo_r2=least)
    rate = every.get("exploration_rate")
    return Exploring(of=whole, rate=rate) if rate else whole
