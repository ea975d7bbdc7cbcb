"""Compositions for numeric and mixed spaces: HEBO, and any other one."""

from __future__ import annotations

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.hypervolume import LogEHVI
from hebo.acquisitions.mace import MACE
from hebo.base import Recommender
from hebo.recipe import preset
from hebo.recommenders.compose import Settings, by_objectives, compose
from hebo.recommenders.robust import Environment, InputNoise, against_input_noise, over_conditions
from hebo.recommenders.transfer import Transfer
from hebo.regions.trust_region import TrustRegion
from hebo.regions.whole_space import WholeSpace
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.multitask_gp import MultitaskGP
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import PowerTransform, Standardize

_ANY_PARTS = {
    "surrogate": "warped_gp",
    "acquisition": "log_ei",
    "acq_optimizer": "nsga2",
    "output_transform": "standardize",
    "n_initial": 8,
}
"""The parts in the example of `bayes_opt`, which has none by default."""


@preset(Settings, example=_ANY_PARTS)
def bayes_opt(own: Settings) -> Recommender:
    """Any parts in one loop, with a share of space-filling points in each batch (see `interleaved`)."""
    return compose(own, exploration=0.25, min_loo_r2=0.2)


@preset(Settings)
def HEBORecipe(own: Settings) -> Recommender:
    """HEBO (Cowen-Rivers et al., 2012.03826): power transform, warped GP, MACE, NSGA-II, measured changes.

    Hyperparameters are fitted in closed form, the front of the acquisitions is polished by gradients and by
    neighbor search, every fourth search is local, each point of a batch is chosen under models conditioned
    on those before, and a random forest chooses a third of a batch. `docs/benchmarks/` has a row for each.
    """
    acquisition, forest = own.acquisition or MACE(), ExtraTrees(n_trees=50)
    one = {
        "surrogate": WarpedGP(),
        "acquisition": acquisition,
        "acq_optimizer": NSGA2(),
        "output_transform": PowerTransform(),
        "region": TrustRegion(),
        "exploration": 0.25,
        "min_loo_r2": 0.2,
        # It learns steps, which mislead a GP; there is none where the acquisition asks more of a model.
        "second_surrogate": forest if acquisition.needs <= forest.offers() else None,
        # A forest has no gradient to climb, and generations were dearer and no better: the best of a pool.
        "second_search": NSGA2(screened=512, n_generations=0, polish=0),
    }
    return by_objectives(own, one, several=_SEVERAL)


@preset(Settings)
def HEBOTransfer(own: Settings) -> Recommender:
    """HEBO that learns from related tasks: a multi-task GP, and what was best elsewhere first.

    Without related tasks it is HEBO. Of more than four related tasks a portfolio of four points comes first.
    """
    said = {name: getattr(own, name) for name in own.model_fields_set}
    return Transfer(of=HEBORecipe(**{"surrogate": MultitaskGP(), **said}), max_points=4)


@preset(InputNoise)
def Robust(own: InputNoise) -> Recommender:
    """An optimizer, HEBO by default, of points that are good in spite of noise in their numbers.

    Each loop in it predicts a risk measure of the perturbed point; see `hebo.surrogates.perturbed`. A power
    transform that the optimizer has by default gives way to one that keeps means.
    """
    return against_input_noise(own, own.of or HEBORecipe())


@preset(Environment)
def AveragedOver(own: Environment) -> Recommender:
    """An optimizer, HEBO by default, of designs that are good on average over environmental conditions.

    Each evaluation takes place under one condition; see `hebo.recommenders.at_conditions`. A power transform
    that the optimizer has by default gives way to one that keeps means.
    """
    return over_conditions(own, own.of or HEBORecipe())


_SEVERAL = {
    "surrogate": WarpedGP(warp=False, smoothness=2.5),
    "acquisition": LogEHVI(),
    "output_transform": Standardize(),
    "region": WholeSpace(),
    "second_surrogate": None,
    "min_loo_r2": None,
}
"""What HEBO has for several objectives; chosen on tuning problems, see `docs/benchmarks/`."""
