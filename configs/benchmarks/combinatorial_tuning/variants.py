"""What is compared: the default, others, and the default with parts changed."""

from __future__ import annotations

from hebo.acquisitions.confidence_bound import UCB
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.mace import MACE
from hebo.acquisitions.thompson import ThompsonSampling
from hebo.base import Surrogate
from hebo.kernels.mixture import Mixture
from hebo.kernels.overlap import Overlap
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.recommenders.random import RandomSearch
from hebo.regions.whole_space import WholeSpace
from hebo.transforms.power import PowerTransform
from mcbo.acq_optimizers.genetic import GeneticSearch
from mcbo.acq_optimizers.interleaved import InterleavedSearch
from mcbo.acq_optimizers.local_search import LocalSearch
from mcbo.kernels.composition import Composition
from mcbo.kernels.hamming_embedding import HammingEmbedding
from mcbo.kernels.spectrum import Spectrum
from mcbo.kernels.string_subsequence import StringSubsequence
from mcbo.presets import MCBO, Casmopolitan
from mcbo.recommenders.annealing import Annealing
from mcbo.recommenders.genetic import GeneticAlgorithm
from mcbo.regions.hamming_trust_region import HammingTrustRegion
from mcbo.surrogates.best_by_loo import BestByLOO
from mcbo.surrogates.mixed_gp import MixedGP, with_nominal


def region(n_changes: float, min_changes: int = 4, failure_tolerance: int = 10) -> HammingTrustRegion:
    """Return the region of the default with other settings."""
    return HammingTrustRegion(
        n_changes=n_changes, min_changes=min_changes, failure_tolerance=failure_tolerance
    )


WIDE = HammingTrustRegion()
"""The region of Casmopolitan."""


def chosen(*surrogates: Surrogate) -> BestByLOO:
    """Return the choice among some models."""
    return BestByLOO(surrogates=list(surrogates))


PLACES = MixedGP()
COUNTS = with_nominal(Mixture(kernels=[TransformedOverlap(), Composition()]))
EMBEDDING = with_nominal(HammingEmbedding())
TWO = chosen(COUNTS, EMBEDDING)

VARIANTS: dict[str, OptimizerRecipe] = {
    "mcbo": MCBO(),
    "casmopolitan": Casmopolitan(),
    "genetic_algorithm": GeneticAlgorithm(),
    "simulated_annealing": Annealing(),
    "random_search": RandomSearch(),
    # the region
    "region_0.3": MCBO(region=region(0.3)),
    "region_0.8": MCBO(region=region(0.8)),
    "region_casmopolitan": MCBO(region=WIDE),
    "region_none": MCBO(region=WholeSpace()),
    # the kernel
    "kernel_places": MCBO(surrogate=PLACES),
    "kernel_overlap": MCBO(surrogate=with_nominal(Overlap())),
    "kernel_embedding": MCBO(surrogate=EMBEDDING),
    "kernel_subsequence": MCBO(surrogate=with_nominal(StringSubsequence())),
    "kernel_spectrum": MCBO(surrogate=with_nominal(Spectrum())),
    # the acquisition, and what searches it
    "ucb": MCBO(acquisition=UCB(kappa=1.96)),
    "mace": MCBO(acquisition=MACE()),
    "thompson": MCBO(acquisition=ThompsonSampling()),
    "local_search": MCBO(acq_optimizer=LocalSearch()),
    "genetic_search": MCBO(acq_optimizer=GeneticSearch()),
    "one_start": MCBO(acq_optimizer=InterleavedSearch(n_restarts=0)),
    # scale, beginning, exploration
    "power": MCBO(output_transform=PowerTransform()),
    "n_initial_5": MCBO(n_initial=5),
    "n_initial_10": MCBO(n_initial=10),
    "min_loo_r2_0.2": MCBO(min_loo_r2=0.2),
    # several at once
    "four_third_10": MCBO(region=region(0.3), n_initial=10),
    "four_wide_10": MCBO(region=WIDE, n_initial=10),
    "four_wide_10_mace": MCBO(region=WIDE, n_initial=10, acquisition=MACE()),
    "four_third_20_mace": MCBO(region=region(0.3), acquisition=MACE()),
    "two_small_10": MCBO(surrogate=TWO, n_initial=10),
    "two_small_20": MCBO(surrogate=TWO),
    "two_small_10_mace": MCBO(surrogate=TWO, n_initial=10, acquisition=MACE()),
    "two_small_5": MCBO(surrogate=TWO, n_initial=5),
    "two_small_10_one_start": MCBO(
        surrogate=TWO, n_initial=10, acq_optimizer=InterleavedSearch(n_restarts=0)
    ),
    "two_third_10": MCBO(surrogate=TWO, region=region(0.3), n_initial=10),
    "two_third_20": MCBO(surrogate=TWO, region=region(0.3)),
    "two_wide_10": MCBO(surrogate=TWO, region=WIDE, n_initial=10),
    "counts_third_5": MCBO(surrogate=COUNTS, region=region(0.3), n_initial=5),
    "counts_third_20_power": MCBO(surrogate=COUNTS, region=region(0.3), output_transform=PowerTransform()),
    "greedy_0": MCBO(surrogate=COUNTS, region=region(0.3), acquisition=UCB(kappa=0.0)),
    "greedy_0.5": MCBO(surrogate=COUNTS, region=region(0.3), acquisition=UCB(kappa=0.5)),
    "greedy_1": MCBO(surrogate=COUNTS, region=region(0.3), acquisition=UCB(kappa=1.0)),
}

VARIANTS |= {
    f"counts_{name}_{n_initial}" + ("" if acquisition is None else "_mace"): MCBO(
        surrogate=COUNTS, region=where, n_initial=n_initial, acquisition=acquisition or LogEI()
    )
    for name, where in {"small": region(0.1), "third": region(0.3), "wide": WIDE}.items()
    for n_initial in (20, 10)
    for acquisition in (None, MACE())
}
"""With the kernel of places and counts alone: each region, beginning and acquisition with each other."""
