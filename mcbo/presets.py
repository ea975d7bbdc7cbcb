"""Presets: published combinatorial methods as compositions.

Each preset is the loop of `BayesOpt` with other parts. What differs from the papers is the same everywhere:
improvements are computed as logarithms, kernels have a free amplitude, and every part honours input
constraints, pinned parameters, pending points and batches.
"""

from __future__ import annotations

from typing import Any

from hebo.acquisitions.hypervolume import LogEHVI
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.mace import MACE
from hebo.acquisitions.thompson import ThompsonSampling
from hebo.base import Recommender, Surrogate
from hebo.kernels.base import KernelRecipe
from hebo.kernels.mixture import Mixture
from hebo.kernels.overlap import Overlap
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.recipe import preset
from hebo.recommenders.compose import Settings, by_objectives, compose
from hebo.transforms.power import PowerTransform, Standardize
from mcbo.acq_optimizers.annealing import SimulatedAnnealing
from mcbo.acq_optimizers.bandit import BanditSearch
from mcbo.acq_optimizers.genetic import GeneticSearch
from mcbo.acq_optimizers.interleaved import InterleavedSearch
from mcbo.acq_optimizers.local_search import LocalSearch
from mcbo.acq_optimizers.message_passing import MessagePassing
from mcbo.acq_optimizers.sequence_offspring import SequenceOffspring
from mcbo.acq_optimizers.tree_search import TreeSearch
from mcbo.acquisitions.additive import AdditiveUCB
from mcbo.kernels.composition import Composition
from mcbo.kernels.diffusion import Diffusion
from mcbo.kernels.hamming_embedding import HammingEmbedding
from mcbo.kernels.main_effects import MainEffects
from mcbo.kernels.mallows import Mallows
from mcbo.kernels.spectrum import Spectrum
from mcbo.kernels.string_subsequence import StringSubsequence
from mcbo.kernels.tree_additive import TreeAdditive
from mcbo.regions.hamming_trust_region import HammingTrustRegion
from mcbo.regions.population import Population
from mcbo.surrogates.best_by_loo import BestByLOO
from mcbo.surrogates.mixed_gp import MixedGP, with_nominal
from mcbo.surrogates.sparse_linear import SparseLinear


def _mixed(*kernels: KernelRecipe, deduplicate: bool = False) -> MixedGP:
    """Return the GP of what the kernels see, all at once."""
    return with_nominal(Mixture(kernels=list(kernels)), deduplicate=deduplicate)


def _combinatorial(own: Settings, **parts: Any) -> Recommender:
    """Return a composition of some parts, the others being those of `CombinatorialRecipe`."""
    return compose(own, **{**_USUAL, **parts})


_USUAL: dict[str, Any] = {
    "surrogate": MixedGP(),
    "acquisition": LogEI(),
    "acq_optimizer": InterleavedSearch(),
    "output_transform": Standardize(),
    "n_initial": 20,
}


SMALL_REGION = HammingTrustRegion(n_changes=0.1, min_changes=4, failure_tolerance=10)
"""The region of `MCBO`."""


@preset(Settings)
def CombinatorialRecipe(own: Settings) -> Recommender:
    """Any combinatorial method: the parts of Casmopolitan unless others are given, no region.

    The model is followed from its first fit on: few of 20 values in dozens of columns are explained by the
    others, and points anywhere in such a space teach little.
    """
    return _combinatorial(own)


@preset(Settings)
def MCBO(own: Settings) -> Recommender:
    """What `build` makes of a space alone: of four kernels the one that predicts best, trust region.

    The kernels are those of Casmopolitan (mixed with one of how often each category occurs), BODi and
    BOiLS, and one of words, which are chosen among anew for each suggestion, by leave-one-out predictions
    (see `BestByLOO`): once for the values, and once for which evaluations fail, where some do.
    `docs/benchmarks/` compares it with the three.

    The region is small, for gains are found next to the best point, but of no less than four columns at
    first, and bears fewer failures than a point has neighbors, or a budget is spent around the first local
    optimum.

    Several objectives are searched with the expected hypervolume improvement.
    """
    parts = {**_USUAL, "surrogate": BestByLOO(), "region": SMALL_REGION}
    return by_objectives(own, parts, several={"acquisition": LogEHVI()})


@preset(Settings)
def Casmopolitan(own: Settings) -> Recommender:
    """Transformed overlap, interleaved search, trust region (Wan et al., 2102.07188)."""
    return _combinatorial(own, region=HammingTrustRegion())


def _for_sequences() -> Surrogate:
    return _mixed(StringSubsequence(), Spectrum(order=1), deduplicate=True)


@preset(Settings)
def BOiLS(own: Settings) -> Recommender:
    """String subsequence kernel in a trust region (Grosnit et al., 2111.06178), with measured changes.

    The kernel is mixed with one of which operators occur at all, from which sequences far from all others
    are predicted best; and costs go through a power transform, for most sequences are bad in very different
    degrees. Many operators change nothing where they stand, so that most neighbors of a good sequence have
    its very value: a value counts once where transform and hyperparameters are fitted, and MACE takes the
    place of the expected improvement. The published composition is
    `surrogate: {type: mixed_gp, kernels: [{type: string_subsequence}]}`, `acquisition: {type: log_ei}`,
    `acq_optimizer: {type: interleaved}` with `output_transform: {type: standardize}`.
    """
    return _combinatorial(
        own,
        surrogate=_for_sequences(),
        acquisition=MACE(),
        acq_optimizer=InterleavedSearch(n_starts=4, n_restarts=0),
        output_transform=PowerTransform(deduplicate=True),
        region=HammingTrustRegion(),
    )


@preset(Settings)
def BOiLSCut(own: Settings) -> Recommender:
    """The model of BOiLS for sequences whose value is that of their best prefix, and that are told cut there.

    It chooses among children of the best prefixes (`SequenceOffspring`), which go on in new ways where their
    parents ended; in place of the trust region. The space has `skip` for the last category of each place.
    """
    return _combinatorial(
        own,
        surrogate=_for_sequences(),
        acquisition=MACE(),
        output_transform=PowerTransform(deduplicate=True),
        region=Population(),
        acq_optimizer=SequenceOffspring(gap="skip"),
    )


def _for_loops() -> Surrogate:
    """Compositions by BLOSUM62 are left out where the categories are no amino acids; see `BestByLOO`."""
    compositions = Composition(table="blosum62"), Composition()
    return BestByLOO(surrogates=[_mixed(TransformedOverlap(), one) for one in compositions])


@preset(Settings)
def AntBO(own: Settings) -> Recommender:
    """Transformed overlap, local search, trust region (Khan et al., 2201.12570), with measured changes.

    The kernel is mixed with one of the composition, by BLOSUM62 where the categories are amino acids and it
    predicts better; MACE takes the place of the expected improvement, and costs go through a power
    transform. The published composition is `surrogate: {type: mixed_gp}`, `acquisition: {type: log_ei}` with
    `output_transform: {type: standardize}`.
    """
    return _combinatorial(
        own,
        surrogate=_for_loops(),
        acquisition=MACE(),
        output_transform=PowerTransform(),
        acq_optimizer=LocalSearch(),
        region=HammingTrustRegion(),
    )


@preset(Settings)
def COMBO(own: Settings) -> Recommender:
    """Diffusion kernel with sampled hyperparameters, local search (Oh et al., 1902.00448)."""
    return _combinatorial(
        own,
        surrogate=MixedGP(kernels=[Diffusion()], n_samples=10),
        acq_optimizer=LocalSearch(),
    )


@preset(Settings)
def BODi(own: Settings) -> Recommender:
    """Hamming distances to a random dictionary (Deshwal et al., 2303.01774)."""
    return _combinatorial(own, surrogate=with_nominal(HammingEmbedding()))


@preset(Settings)
def BOCS(own: Settings) -> Recommender:
    """Sparse linear regression on pairs, Thompson sampling, annealing (Baptista and Poloczek, 1806.08838)."""
    return _combinatorial(
        own,
        surrogate=SparseLinear(),
        acquisition=ThompsonSampling(),
        acq_optimizer=SimulatedAnnealing(),
    )


@preset(Settings)
def BOSS(own: Settings) -> Recommender:
    """String subsequence kernel, genetic search (Moss et al., 2010.00979)."""
    return _combinatorial(own, surrogate=with_nominal(StringSubsequence()), acq_optimizer=GeneticSearch())


@preset(Settings)
def CoCaBO(own: Settings) -> Recommender:
    """Overlap kernel mixed with a Matern, bandits over the categories (Ru et al., 1906.08878)."""
    return _combinatorial(own, surrogate=with_nominal(Overlap()), acq_optimizer=BanditSearch())


@preset(Settings)
def RDUCB(own: Settings) -> Recommender:
    """Random tree decompositions, additive bound, message passing (Ziomek and Bou Ammar, 2301.12844)."""
    return _combinatorial(
        own,
        surrogate=MixedGP(kernels=[TreeAdditive()]),
        acquisition=AdditiveUCB(),
        acq_optimizer=MessagePassing(),
    )


def _joint_or_numbers() -> Surrogate:
    kernels: list[KernelRecipe] = [TransformedOverlap(), MainEffects(), Mallows()]
    return BestByLOO(surrogates=[MixedGP(kernels=kernels, ignore_kinds=one) for one in ((), ("nominal",))])


@preset(Settings)
def TreeSearchBO(own: Settings) -> Recommender:
    """Tree search over a set of nominal choices inside Bayesian optimization of the numbers beside it.

    The loop of the SDP game (2512.04829): a model of numbers and choices together, Monte Carlo tree search
    over the choices, and of all that the model scores one point is evaluated. The model is one of numbers
    and choices or one of the numbers alone, whichever predicts better: where choices make no difference,
    they would drown the numbers. What each number does by itself is learned for all values of the others
    (`MainEffects`): a valley that has not been looked at will fall towards an edge as the others do. The best
    programs lie where others begin to fail, so the search comes there from inside (`success_power`).
    """
    return _combinatorial(
        own,
        surrogate=_joint_or_numbers(),
        output_transform=PowerTransform(),
        acq_optimizer=TreeSearch(),
        n_initial=10,
        success_power=10.0,
    )
