"""Published combinatorial methods as compositions.

Each preset is the loop of `BayesOpt` with other parts. What differs from the papers is the same everywhere:
improvements are computed as logarithms, kernels have a free amplitude, and every part honours input
constraints, pinned parameters, pending points and batches.
"""

from __future__ import annotations

from pydantic import Field

from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.mace import MACE
from hebo.acquisitions.thompson import ThompsonSampling
from hebo.base import AcqOptimizer, Acquisition, OutputTransform, Region, Surrogate
from hebo.kernels.base import KernelRecipe
from hebo.kernels.mixture import Mixture
from hebo.kernels.overlap import Overlap
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.optimizers.bayes_opt import BayesOptRecipe
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


class CombinatorialRecipe(BayesOptRecipe):
    """Any combinatorial method: `BayesOptRecipe` with the parts of Casmopolitan as defaults, no region.

    Attributes are those of `BayesOptRecipe`. The model is followed from its first fit on: few of 20 values in
    dozens of columns are explained by the others, and points anywhere in such a space teach little.
    """

    surrogate: Surrogate = Field(default_factory=MixedGP)
    acquisition: Acquisition = Field(default_factory=LogEI)
    acq_optimizer: AcqOptimizer = Field(default_factory=InterleavedSearch)
    output_transform: OutputTransform = Field(default_factory=Standardize)
    n_initial: int | None = Field(default=20, ge=1)
    exploration: float = Field(default=0.0, ge=0, le=1)
    least_insight: float | None = Field(default=None, le=1)


class MCBO(CombinatorialRecipe):
    """What `build` makes of a space alone: of four kernels the one that predicts best, trust region.

    The kernels are those of Casmopolitan (mixed with one of how often each category occurs), BODi and
    BOiLS, and one of words, which are chosen among anew for each suggestion, by leave-one-out predictions
    (see `BestByLOO`): once for the values, and once for which evaluations fail, where some do.
    `docs/benchmarks/` compares it with the three.

    The region is small, for gains are found next to the best point, but of no less than four columns at
    first, and has less patience than a point has neighbours, or a budget is spent around the first local
    optimum.
    """

    surrogate: Surrogate = Field(default_factory=BestByLOO)
    region: Region = Field(
        default_factory=lambda: HammingTrustRegion(n_changes=0.1, least_first=4, patience=10)
    )


class Casmopolitan(CombinatorialRecipe):
    """Transformed overlap, interleaved search, trust region (Wan et al., 2102.07188)."""

    region: Region = Field(default_factory=HammingTrustRegion)


def _for_sequences() -> Surrogate:
    return _mixed(StringSubsequence(), Spectrum(order=1), deduplicate=True)


class BOiLS(CombinatorialRecipe):
    """String subsequence kernel in a trust region (Grosnit et al., 2111.06178), with measured changes.

    The kernel is mixed with one of which operators occur at all, from which sequences far from all others
    are predicted best; and costs go through a power transform, for most sequences are bad in very different
    degrees. Many operators change nothing where they stand, so that most neighbours of a good sequence have
    its very value: a value counts once where transform and hyperparameters are fitted, and MACE takes the
    place of the expected improvement. The published composition is
    `surrogate: {type: mixed_gp, kernels: [{type: string_subsequence}]}`, `acquisition: {type: log_ei}`,
    `acq_optimizer: {type: interleaved}` with `output_transform: {type: standardize}`.
    """

    surrogate: Surrogate = Field(default_factory=_for_sequences)
    acquisition: Acquisition = Field(default_factory=MACE)
    acq_optimizer: AcqOptimizer = Field(default_factory=lambda: InterleavedSearch(n_starts=4, n_restarts=0))
    output_transform: OutputTransform = Field(default_factory=lambda: PowerTransform(deduplicate=True))
    region: Region = Field(default_factory=HammingTrustRegion)


class BOiLSCut(BOiLS):
    """The model of BOiLS for sequences whose value is that of their best prefix, and that are told cut there.

    It chooses among children of the best prefixes (`SequenceOffspring`), which go on in new ways where their
    parents ended; in place of the trust region. The space has `skip` for the last category of each place.
    """

    region: Region = Field(default_factory=Population)
    acq_optimizer: AcqOptimizer = Field(default_factory=lambda: SequenceOffspring(gap="skip"))


def _for_loops() -> Surrogate:
    """Compositions by BLOSUM62 are left out where the categories are no amino acids; see `BestByLOO`."""
    compositions = Composition(table="blosum62"), Composition()
    return BestByLOO(surrogates=[_mixed(TransformedOverlap(), one) for one in compositions])


class AntBO(CombinatorialRecipe):
    """Transformed overlap, local search, trust region (Khan et al., 2201.12570), with measured changes.

    The kernel is mixed with one of the composition, by BLOSUM62 where the categories are amino acids and it
    predicts better; MACE takes the place of the expected improvement, and costs go through a power
    transform. The published composition is `surrogate: {type: mixed_gp}`, `acquisition: {type: log_ei}` with
    `output_transform: {type: standardize}`.
    """

    surrogate: Surrogate = Field(default_factory=_for_loops)
    acquisition: Acquisition = Field(default_factory=MACE)
    output_transform: OutputTransform = Field(default_factory=PowerTransform)
    acq_optimizer: AcqOptimizer = Field(default_factory=LocalSearch)
    region: Region = Field(default_factory=HammingTrustRegion)


class COMBO(CombinatorialRecipe):
    """Diffusion kernel with sampled hyperparameters, local search (Oh et al., 1902.00448)."""

    surrogate: Surrogate = Field(default_factory=lambda: MixedGP(kernels=[Diffusion()], n_samples=10))
    acq_optimizer: AcqOptimizer = Field(default_factory=LocalSearch)


class BODi(CombinatorialRecipe):
    """Hamming distances to a random dictionary (Deshwal et al., 2303.01774)."""

    surrogate: Surrogate = Field(default_factory=lambda: with_nominal(HammingEmbedding()))


class BOCS(CombinatorialRecipe):
    """Sparse linear regression on pairs, Thompson sampling, annealing (Baptista and Poloczek, 1806.08838)."""

    surrogate: Surrogate = Field(default_factory=SparseLinear)
    acquisition: Acquisition = Field(default_factory=ThompsonSampling)
    acq_optimizer: AcqOptimizer = Field(default_factory=SimulatedAnnealing)


class BOSS(CombinatorialRecipe):
    """String subsequence kernel, genetic search (Moss et al., 2010.00979)."""

    surrogate: Surrogate = Field(default_factory=lambda: with_nominal(StringSubsequence()))
    acq_optimizer: AcqOptimizer = Field(default_factory=GeneticSearch)


class CoCaBO(CombinatorialRecipe):
    """Overlap kernel mixed with a Matern, bandits over the categories (Ru et al., 1906.08878)."""

    surrogate: Surrogate = Field(default_factory=lambda: with_nominal(Overlap()))
    acq_optimizer: AcqOptimizer = Field(default_factory=BanditSearch)


class RDUCB(CombinatorialRecipe):
    """Random tree decompositions, additive bound, message passing (Ziomek and Bou Ammar, 2301.12844)."""

    surrogate: Surrogate = Field(default_factory=lambda: MixedGP(kernels=[TreeAdditive()]))
    acquisition: Acquisition = Field(default_factory=AdditiveUCB)
    acq_optimizer: AcqOptimizer = Field(default_factory=MessagePassing)


def _joint_or_numbers() -> Surrogate:
    kernels: list[KernelRecipe] = [TransformedOverlap(), MainEffects(), Mallows()]
    return BestByLOO(surrogates=[MixedGP(kernels=kernels, ignore_kinds=one) for one in ((), ("nominal",))])


class TreeSearchBO(CombinatorialRecipe):
    """Tree search over a set of nominal choices inside Bayesian optimisation of the numbers beside it.

    The loop of the SDP game (2512.04829): a model of numbers and choices together, Monte Carlo tree search
    over the choices, and of all that the model scores one point is evaluated. The model is one of numbers
    and choices or one of the numbers alone, whichever predicts better: where choices make no difference,
    they would drown the numbers. What each number does by itself is learned for all values of the others
    (`MainEffects`): a valley that has not been looked at will fall towards an edge as the others do. The best
    programs lie where others begin to fail, so the search comes there from inside (`success_power`).
    """

    surrogate: Surrogate = Field(default_factory=_joint_or_numbers)
    output_transform: OutputTransform = Field(default_factory=PowerTransform)
    acq_optimizer: AcqOptimizer = Field(default_factory=TreeSearch)
    n_initial: int | None = Field(default=10, ge=1)
    success_power: float = Field(default=10.0, gt=0, allow_inf_nan=False)
