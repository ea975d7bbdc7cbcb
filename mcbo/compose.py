"""`build`: an optimizer from short names, those of the MCBO package (2306.09803)."""

from __future__ import annotations

from typing import TypeVar

from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.augmented import LogAugmentedEI
from hebo.acquisitions.confidence_bound import UCB
from hebo.acquisitions.hypervolume import LogEHVI
from hebo.acquisitions.improvement import LogEI, LogPI
from hebo.acquisitions.mace import MACE
from hebo.acquisitions.thompson import ThompsonSampling
from hebo.base import AcqOptimizer, Acquisition, Recommender, Region, Surrogate
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, did_you_mean
from hebo.kernels.overlap import Overlap
from hebo.optimizer.optimizer import Optimizer
from hebo.recipe import Recipe
from hebo.regions.whole_space import WholeSpace
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.warped_gp import WarpedGP
from mcbo.acq_optimizers.annealing import SimulatedAnnealing
from mcbo.acq_optimizers.bandit import BanditSearch
from mcbo.acq_optimizers.genetic import GeneticSearch
from mcbo.acq_optimizers.interleaved import InterleavedSearch
from mcbo.acq_optimizers.local_search import LocalSearch
from mcbo.acq_optimizers.message_passing import MessagePassing
from mcbo.acq_optimizers.tree_search import TreeSearch
from mcbo.acquisitions.additive import AdditiveUCB
from mcbo.kernels.diffusion import Diffusion
from mcbo.kernels.hamming_embedding import HammingEmbedding
from mcbo.kernels.string_subsequence import StringSubsequence
from mcbo.kernels.tree_additive import TreeAdditive
from mcbo.presets import SMALL_REGION, CombinatorialRecipe
from mcbo.regions.hamming_trust_region import HammingTrustRegion
from mcbo.surrogates.best_by_loo import BestByLOO
from mcbo.surrogates.mixed_gp import MixedGP, with_nominal
from mcbo.surrogates.sparse_linear import SparseLinear

Part = TypeVar("Part", bound=Recipe)

MODELS: dict[str, Surrogate] = {
    "auto": BestByLOO(),
    "gp_o": with_nominal(Overlap()),
    "gp_to": MixedGP(),
    "gp_hed": with_nominal(HammingEmbedding()),
    "gp_ssk": with_nominal(StringSubsequence()),
    "gp_diff": MixedGP(kernels=[Diffusion()]),
    "gp_rd": MixedGP(kernels=[TreeAdditive()]),
    "lr_sparse_hs": SparseLinear(),
    "warped_gp": WarpedGP(),
    "rf": ExtraTrees(),
}
SEARCHES: dict[str, AcqOptimizer] = {
    "ls": LocalSearch(),
    "is": InterleavedSearch(),
    "ga": GeneticSearch(),
    "sa": SimulatedAnnealing(),
    "mab": BanditSearch(),
    "mp": MessagePassing(),
    "mcts": TreeSearch(),
    "rs": RandomSubset(),
}
ACQUISITIONS: dict[str, Acquisition] = {
    "ei": LogEI(),
    "pi": LogPI(),
    "aei": LogAugmentedEI(),
    "lcb": UCB(kappa=1.96),
    "addlcb": AdditiveUCB(),
    "ts": ThompsonSampling(),
    "mace": MACE(),
    "ehvi": LogEHVI(),
}
REGIONS: dict[str, Region] = {"auto": SMALL_REGION, "basic": HammingTrustRegion(), "none": WholeSpace()}


def build(
    space: DesignSpace,
    *,
    model: str = "auto",
    acq_opt: str = "is",
    acq: str = "ei",
    tr: str | None = "auto",
    n_initial: int = 20,
    seed: int | None = None,
) -> Optimizer:
    """Return the optimizer that short names describe; they are those of the MCBO package (2306.09803).

    With nothing but a space it is `MCBO` of one objective.

    Args:
        space: Where to search.
        model: `gp_o`, `gp_to`, `gp_hed`, `gp_ssk`, `gp_diff`, `gp_rd`, `lr_sparse_hs`, `warped_gp`, `rf`, or
            `auto`: of four kernels the one that predicts best (see `BestByLOO`).
        acq_opt: `ls`, `is`, `ga`, `sa`, `mab`, `mp`, `mcts` or `rs`.
        acq: `ei`, `pi`, `aei`, `lcb`, `addlcb`, `ts` or `mace`, and `ehvi` for several objectives.
            Constraints that are told weight any of them but `addlcb`, which makes `ei` and `aei` the
            package's `cei` and `caei`.
        tr: `basic`, Casmopolitan's trust region; `auto`, the smaller one of `MCBO`; `none` (also None) to
            search everywhere.
        n_initial: Sobol points before the first model.
        seed: See `hebo.optimizer.optimizer.Optimizer`.

    Raises:
        ConfigError: If a name is unknown.
        IncompatibleError: If two parts do not work together, or the model cannot take the space.
    """
    recipe: Recommender = CombinatorialRecipe(
        surrogate=_named(MODELS, "model", model),
        acquisition=_named(ACQUISITIONS, "acq", acq),
        acq_optimizer=_named(SEARCHES, "acq_opt", acq_opt),
        region=_named(REGIONS, "tr", tr or "none"),
        n_initial=n_initial,
    )
    return recipe.build(space, seed=seed)


def _named(parts: dict[str, Part], argument: str, name: str) -> Part:
    if name not in parts:
        raise ConfigError(f"{argument} '{name}' is none of {', '.join(parts)}.{did_you_mean(name, parts)}")
    return parts[name]
