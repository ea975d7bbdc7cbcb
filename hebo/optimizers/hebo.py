"""HEBO: heteroscedastic evolutionary Bayesian optimisation (Cowen-Rivers et al., 2012.03826)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.mace import MACE
from hebo.base import AcqOptimizer, Acquisition, OutputTransform, Region, Surrogate
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.bayes_opt import BayesOpt, BayesOptRecipe
from hebo.regions.trust_region import TrustRegion
from hebo.surrogates.random_forest import RandomForest
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import PowerTransform


def _second_surrogate(others: dict[str, Any]) -> Surrogate | None:
    """A forest learns steps, which mislead a GP; there is none where the acquisition asks more of a model."""
    forest, acquisition = RandomForest(n_trees=50), others.get("acquisition")
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


def HEBO(
    space: DesignSpace,
    *,
    rand_sample: int | None = None,
    scramble_seed: int | None = None,
    recipe: HEBORecipe | None = None,
    strict: bool = False,
) -> BayesOpt:
    """Return a HEBO optimiser.

    Args:
        space: Where to search.
        rand_sample: Number of initial Sobol points (at least 2); None: one more than columns, at most 16.
        scramble_seed: Seed of everything random; None draws one from NumPy's global stream.
        recipe: Other settings and parts.
        strict: Raise errors of models and searches, instead of space-filling points; see `BayesOptRecipe`.
    """
    settings = recipe or HEBORecipe()
    if strict:
        settings = settings.model_copy(update={"strict": True})
    if rand_sample is not None:
        settings = settings.model_copy(update={"n_initial": max(2, rand_sample)})
    return settings.build(space, seed=scramble_seed)
