"""`HEBO`: heteroscedastic evolutionary Bayesian optimization, with the arguments of the original package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from hebo.acquisitions.mace import MACE
from hebo.base import Acquisition, Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.by_name import acquisition_of, search_named, surrogate_named
from hebo.outcomes import Outcomes, Stated
from hebo.presets import HEBORecipe as HEBORecipe
from hebo.recommenders.strict import Strict
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.warped_gp import WarpedGP


class HEBO(Optimizer):
    """A HEBO optimizer, with the arguments of the original package (see `hebo.optimizers.by_name`).

    Args:
        space: Where to search.
        model_name: `gp` or `gpy` (a Gaussian process on warped inputs), or `rf`.
        rand_sample: Number of initial Sobol points (at least 2); None: one more than columns, at most 16.
        acq_cls: Class of an acquisition, from `hebo.acquisitions.acq` or elsewhere in this package.
        es: How it is maximized: `nsga2`, or `ga` for an acquisition of one value.
        model_config: Settings of the model.
        scramble_seed: Seed of everything random; None draws one from NumPy's global stream.
        recipe: Other settings and parts (`HEBORecipe(...)`, or any recommender), in place of those above.
        strict: Raise errors of models and searches, instead of space-filling points; see `Optimizer`.
        objectives: Names, goals and units of what is optimized, as `Optimizer.set_outcomes` takes them.
        constraints: Names and limits of what else is measured.

    Raises:
        ConfigError: If a name or setting has no counterpart here, or a recipe is given beside them.
    """

    support_parallel_opt: ClassVar[bool] = True
    support_combinatorial: ClassVar[bool] = True
    support_contextual: ClassVar[bool] = True

    def __init__(
        self,
        space: DesignSpace,
        model_name: str = "gp",
        rand_sample: int | None = None,
        acq_cls: type[Acquisition] = MACE,
        es: str | None = "nsga2",
        model_config: Mapping[str, Any] | None = None,
        scramble_seed: int | None = None,
        *,
        recipe: Recommender | None = None,
        strict: bool = False,
        objectives: Outcomes | Sequence[Stated] | Mapping[str, Any] | Stated | None = None,
        constraints: Sequence[Stated] | Stated = (),
    ) -> None:
        names = (model_name, rand_sample, acq_cls, es, model_config)
        if recipe is not None and names != ("gp", None, MACE, "nsga2", None):
            raise ConfigError(
                "HEBO takes a recipe, or model_name, rand_sample, acq_cls, es and model_config; put all you "
                "want into the recipe: HEBORecipe(surrogate=..., acquisition=..., acq_optimizer=..., "
                "n_initial=...)"
            )
        settings = recipe or _recipe_named(space, model_name, rand_sample, acq_cls, es, model_config)
        super().__init__(
            space,
            Strict(of=settings) if strict else settings,
            seed=scramble_seed,
            objectives=objectives,
            constraints=constraints,
        )


def _recipe_named(
    space: DesignSpace,
    model_name: str,
    rand_sample: int | None,
    acq_cls: type[Acquisition],
    es: str | None,
    model_config: Mapping[str, Any] | None,
) -> Recommender:
    """Return the recipe of parts by the names of the original package."""
    acquisition = acquisition_of(acq_cls)
    surrogate = surrogate_named(model_name, model_config, space)
    parts: dict[str, Any] = {"n_initial": None if rand_sample is None else max(2, rand_sample)}
    # What HEBO has anyway counts as not chosen: for several objectives it has other parts.
    if surrogate != WarpedGP():
        parts["surrogate"] = surrogate
    if acquisition != MACE():
        parts["acquisition"] = acquisition
    search_named(es, acquisition)  # refuses what is unknown; what is known is the search of HEBO
    if isinstance(surrogate, ExtraTrees):  # a second forest is wrong where the first one is
        parts["second_surrogate"] = None
    made: Recommender = HEBORecipe(**parts)
    return made
