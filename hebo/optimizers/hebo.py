"""HEBO: heteroscedastic evolutionary Bayesian optimisation (Cowen-Rivers et al., 2012.03826)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.mace import MACE
from hebo.base import AcqOptimizer, Acquisition, OutputTransform, Region, Surrogate
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError
from hebo.optimizers.bayes_opt import BayesOpt, BayesOptRecipe
from hebo.optimizers.by_name import acquisition_of, search_named, surrogate_named
from hebo.regions.trust_region import TrustRegion
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import PowerTransform


def _second_surrogate(others: dict[str, Any]) -> Surrogate | None:
    """A forest learns steps, which mislead a GP; there is none where the acquisition asks more of a model."""
    forest, acquisition = ExtraTrees(n_trees=50), others.get("acquisition")
    serves = isinstance(acquisition, Acquisition) and acquisition.needs <= forest.offers()
    return forest if serves else None


def _second_search() -> AcqOptimizer:
    """A forest has no gradient to climb, and generations were dearer and no better: the best of a pool."""
    return NSGA2(screened=512, n_generations=0, polish=0)


class HEBORecipe(BayesOptRecipe):
    """The composition of the paper (power transform, warped GP, MACE, NSGA-II) with measured changes.

    Hyperparameters are fitted in closed form, the front of the acquisitions is polished by gradients and by
    neighbour search, every fourth search is local, each point of a batch is chosen under the model's belief
    in those before, and a random forest chooses a third of a batch. `docs/benchmarks/` has a row for each.

    Attributes are those of `BayesOptRecipe`, with defaults.
    """

    surrogate: Surrogate = Field(default_factory=WarpedGP)
    acquisition: Acquisition = Field(default_factory=MACE)
    acq_optimizer: AcqOptimizer = Field(default_factory=NSGA2)
    output_transform: OutputTransform = Field(default_factory=PowerTransform)
    region: Region = Field(default_factory=TrustRegion)
    second_surrogate: Surrogate | None = Field(default_factory=_second_surrogate)
    second_search: AcqOptimizer | None = Field(default_factory=_second_search)


class HEBO(BayesOpt):
    """A HEBO optimiser, with the arguments of the original package (see `hebo.optimizers.by_name`).

    Args:
        space: Where to search.
        model_name: `gp` or `gpy` (a Gaussian process on warped inputs), or `rf`.
        rand_sample: Number of initial Sobol points (at least 2); None: one more than columns, at most 16.
        acq_cls: Class of an acquisition, from `hebo.acquisitions.acq` or elsewhere in this package.
        es: How it is maximised: `nsga2`, or `ga` for an acquisition of one value.
        model_config: Settings of the model.
        scramble_seed: Seed of everything random; None draws one from NumPy's global stream.
        recipe: Other settings and parts, in place of the names above.
        strict: Raise errors of models and searches, instead of space-filling points; see `BayesOptRecipe`.

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
        recipe: HEBORecipe | None = None,
        strict: bool = False,
    ) -> None:
        settings = recipe or _recipe_named(space, model_name, acq_cls, es, model_config)
        if recipe is not None and (model_name, acq_cls, es, model_config) != ("gp", MACE, "nsga2", None):
            raise ConfigError(
                "HEBO takes a recipe, or model_name, acq_cls, es and model_config; put the parts you want "
                "into the recipe: HEBORecipe(surrogate=..., acquisition=..., acq_optimizer=...)"
            )
        if strict:
            settings = settings.model_copy(update={"strict": True})
        if rand_sample is not None:
            settings = settings.model_copy(update={"n_initial": max(2, rand_sample)})
        built = settings.build(space, seed=scramble_seed)
        super().__init__(space, built.recipe, seed=built.seed)


def _recipe_named(
    space: DesignSpace,
    model_name: str,
    acq_cls: type[Acquisition],
    es: str | None,
    model_config: Mapping[str, Any] | None,
) -> HEBORecipe:
    """Return the recipe of parts by the names of the original package."""
    acquisition = acquisition_of(acq_cls)
    surrogate = surrogate_named(model_name, model_config, space)
    recipe = HEBORecipe(
        surrogate=surrogate, acquisition=acquisition, acq_optimizer=search_named(es, acquisition)
    )
    # A second forest is wrong where the first one is.
    return (
        recipe.model_copy(update={"second_surrogate": None}) if isinstance(surrogate, ExtraTrees) else recipe
    )
