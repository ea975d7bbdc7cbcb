"""What this package adds to the catalogue: kind -> name -> ("module:Class", summary).

Plain strings, so that listing the parts imports none of them.
"""

from __future__ import annotations

PARTS: dict[str, dict[str, tuple[str, str]]] = {
    "optimizer": {
        "bayes_opt": (
            "hebo.optimizers.bayes_opt:BayesOptRecipe",
            "Bayesian optimisation composed of any surrogate, acquisition and acquisition optimiser",
        ),
        "hebo": ("hebo.optimizers.hebo:HEBORecipe", "HEBO: warped GP, MACE, NSGA-II, Pareto-front batches"),
        "optuna_tpe": ("hebo.optimizers.peers.optuna_samplers:OptunaTPE", "Optuna's TPESampler"),
        "optuna_gp": ("hebo.optimizers.peers.optuna_samplers:OptunaGP", "Optuna's GPSampler"),
        "optuna_cmaes": ("hebo.optimizers.peers.optuna_samplers:OptunaCmaEs", "Optuna's CmaEsSampler"),
        "botorch": (
            "hebo.optimizers.peers.botorch_loop:BoTorch",
            "BoTorch's tutorial loop: SingleTaskGP, qLogEI or qLogNEI",
        ),
        "turbo": ("hebo.optimizers.peers.turbo:TuRBO", "TuRBO-1 as in BoTorch's tutorial"),
        "smac": ("hebo.optimizers.peers.smac_facade:SMAC", "SMAC3's facade for hyperparameters"),
        "cma_es": ("hebo.optimizers.peers.cma_es:CMAES", "CMA-ES of pycma"),
        "nevergrad": ("hebo.optimizers.peers.nevergrad_ngopt:NGOpt", "Nevergrad's NGOpt"),
        "skopt_gp": ("hebo.optimizers.peers.skopt_gp:SkoptGP", "scikit-optimize's GP with gp_hedge"),
        "external": (
            "hebo.optimizers.peers.external:External",
            "An optimiser in another environment, behind JSON lines on its input and output",
        ),
        "random_search": ("hebo.optimizers.sampling:RandomSearch", "Independent uniform draws, no repeats"),
        "sobol": ("hebo.optimizers.sampling:Sobol", "A scrambled Sobol sequence, no repeats"),
    },
    "surrogate": {
        "warped_gp": (
            "hebo.surrogates.warped_gp:WarpedGP",
            "Gaussian process with power-transformed outputs and Kumaraswamy-warped inputs",
        ),
        "random_forest": (
            "hebo.surrogates.random_forest:RandomForest",
            "Extremely randomised trees with their spread as uncertainty",
        ),
    },
    "acquisition": {
        "mace": ("hebo.acquisitions.mace:MACE", "LogEI, LogPI and LCB at once, with one noise draw"),
        "log_ei": ("hebo.acquisitions.improvement:LogEI", "Logarithm of the expected improvement"),
        "log_pi": ("hebo.acquisitions.improvement:LogPI", "Logarithm of the probability of improvement"),
        "log_augmented_ei": (
            "hebo.acquisitions.augmented:LogAugmentedEI",
            "Expected improvement over the effective best point, for noisy values",
        ),
        "thompson": ("hebo.acquisitions.thompson:ThompsonSampling", "A function drawn from the posterior"),
        "ucb": ("hebo.acquisitions.confidence_bound:UCB", "Upper confidence bound (of what is maximised)"),
    },
    "acq_optimizer": {
        "nsga2": ("hebo.acq_optimizers.evolution:NSGA2", "NSGA-II on arrays, mixed variables, constraints"),
        "random": ("hebo.acq_optimizers.random:RandomSubset", "Best of many random points"),
        "exhaustive": (
            "hebo.acq_optimizers.exhaustive:Exhaustive",
            "Every point of a finite space or a table of candidates",
        ),
    },
    "region": {
        "trust_region": (
            "hebo.regions.trust_region:TrustRegion",
            "Every fourth search near the best point, in a box that success widens",
        ),
        "whole_space": ("hebo.regions.whole_space:WholeSpace", "No region: search everywhere"),
    },
    "output_transform": {
        "power": ("hebo.transforms.power:PowerTransform", "Box-Cox or Yeo-Johnson by HEBO's rule"),
        "standardize": ("hebo.transforms.power:Standardize", "Zero mean and unit spread"),
        "copula": ("hebo.transforms.copula:GaussianCopula", "Ranks as quantiles of a normal distribution"),
    },
    "executor": {
        "in_process": (
            "hebo.experiment.executors.in_process:InProcess",
            "One run after the other, in one process",
        ),
        "process_pool": (
            "hebo.experiment.executors.process_pool:ProcessPool",
            "Several runs at once, a process each",
        ),
    },
}
