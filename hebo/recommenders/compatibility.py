"""Compatibility of the parts of a composition, checked when it is made."""

from __future__ import annotations

import torch

from hebo.abilities import ONE_SHOT, Ability
from hebo.base import AcqOptimizer, Acquisition, BatchRule, FailureRule, OutputTransform, Surrogate
from hebo.errors import IncompatibleError
from hebo.recipe import Recipe


def check_parts(
    surrogate: Surrogate,
    acquisition: Acquisition,
    search: AcqOptimizer,
    batch: BatchRule,
    failures: FailureRule,
    device: str,
) -> None:
    """Refuse a composition of which one part needs what another does not offer.

    Raises:
        IncompatibleError: With both parts and what would work.
    """
    if not surrogate.takes_values:
        raise IncompatibleError(
            f"{type(surrogate).__name__} learns from comparisons, and the loop from values; use the "
            "recommender `preferential` with this surrogate, or another surrogate"
        )
    require(acquisition, acquisition.needs, surrogate, surrogate.offers())
    require(search, search.needs, acquisition, acquisition.gives)
    search.check_acquisition(acquisition)
    if search.uses_gradients and not surrogate.has_gradients:
        raise IncompatibleError(
            f"{type(search).__name__} needs gradients of predictions, which {type(surrogate).__name__} does "
            "not offer; use a Gaussian process (warped_gp, mixed_gp), or a search without gradients (nsga2, "
            "differential_evolution, cma_es, random)"
        )
    require(batch, batch.needs, acquisition, acquisition.gives)
    require(batch, batch.needs_of_models, surrogate, surrogate.offers())
    if failures.weighs and not acquisition.is_weightable:
        raise IncompatibleError(
            f"{type(failures).__name__} as failures has no effect with {type(acquisition).__name__}, whose "
            "values cannot be weighted; write `failures: {type: worst_value}`, or use another acquisition, "
            "such as log_ei"
        )
    looking, kind = (search, "search") if search.needs else (batch, "batch rule")
    if (search.needs or ONE_SHOT in batch.needs) and torch.device(device).type != "cpu":
        raise IncompatibleError(
            f"{type(looking).__name__} looks into the acquisition, on the CPU only; "
            f"device '{device}' hides it: use device 'cpu' or another {kind}"
        )


def check_scale(surrogate: Surrogate, transform: OutputTransform) -> None:
    """Refuse means of values on a scale where they are none of costs.

    Raises:
        IncompatibleError: With both parts and what would work.
    """
    if surrogate.averages is not None and not transform.is_affine:
        raise IncompatibleError(
            f"{type(surrogate).__name__} with {surrogate.averages} averages values, and on the scale of "
            f"{type(transform).__name__} a mean is not that of costs; write `output_transform: {{type: "
            "standardize}`, or use a risk measure of the ranking alone (var, worst_case)"
        )


def require(part: Recipe, needs: frozenset[Ability], giver: Recipe, has: frozenset[Ability]) -> None:
    """Refuse a part that needs what another, which has some abilities, does not offer.

    Raises:
        IncompatibleError: With both parts and what would work.
    """
    for missing in sorted(needs - has, key=lambda one: one.name):
        raise IncompatibleError(
            f"{type(part).__name__} needs {missing.name}, which {type(giver).__name__} does not offer; "
            f"{missing.remedy}"
        )
