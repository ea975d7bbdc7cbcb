"""What this package adds to the catalog: kind -> name -> ("module:Class", summary).

Plain strings, so that listing the parts imports none of them.
"""

from __future__ import annotations

PARTS: dict[str, dict[str, tuple[str, str]]] = {
    "optimizer": {
        "bayes_opt": (
            "hebo.presets:bayes_opt",
            "Bayesian optimization composed of any surrogate, acquisition and acquisition optimizer",
        ),
        "hebo": ("hebo.presets:HEBORecipe", "HEBO: warped GP, MACE, NSGA-II, Pareto-front batches"),
        "hebo_transfer": (
            "hebo.presets:HEBOTransfer",
            "HEBO that learns from related tasks, the best points of which come first",
        ),
        "bayes_opt_loop": (
            "hebo.recommenders.bayes_opt:BayesOptRecipe",
            "The loop of `bayes_opt` alone, to be wrapped by `interleaved`, `committee`, `cost_aware`",
        ),
        "interleaved": (
            "hebo.recommenders.interleaved:Interleaved",
            "Space-filling points for a share of each batch, and while a model predicts nothing",
        ),
        "exploring": (
            "hebo.recommenders.exploring:Exploring",
            "Now and then, in asks of one point, the point that is farthest from all others",
        ),
        "committee": (
            "hebo.recommenders.committee:Committee",
            "Several recommenders that choose shares of each batch, one after the other",
        ),
        "alternating": (
            "hebo.recommenders.alternating:Alternating",
            "Several recommenders that take turns, point by point",
        ),
        "portfolio": (
            "hebo.recommenders.portfolio:Portfolio",
            "Several acquisitions over one surrogate, drawn by what their proposals were worth",
        ),
        "by_objectives": (
            "hebo.recommenders.by_objectives:ByObjectives",
            "One recommender for a single objective, another one for several",
        ),
        "contextual": (
            "hebo.recommenders.contextual:Contextual",
            "Tells another recommender values without the offsets of their contexts",
        ),
        "cost_aware": (
            "hebo.recommenders.cost_aware:CostAware",
            "Evaluates points at cheap fidelities where these tell enough about the target",
        ),
        "transfer": (
            "hebo.recommenders.transfer:Transfer",
            "The best points of related tasks before those of another recommender",
        ),
        "preferential": (
            "hebo.recommenders.preferential:Preferential",
            "Learns utilities from comparisons, asks for pairs of the largest expected best utility",
        ),
        "robust": (
            "hebo.presets:Robust",
            "Any optimizer, of points that are good in spite of noise in their numbers",
        ),
        "averaged_over": (
            "hebo.presets:AveragedOver",
            "Any optimizer, of designs that are good on average over environmental conditions",
        ),
        "at_perturbations": (
            "hebo.recommenders.at_perturbations:AtPerturbations",
            "A loop of perturbed points, which evaluates each design where that tells most about it",
        ),
        "at_conditions": (
            "hebo.recommenders.at_conditions:AtConditions",
            "A loop averaged over conditions, which evaluates each design under one of them",
        ),
        "strict": (
            "hebo.recommenders.strict:Strict",
            "Errors while points are computed end the ask",
        ),
        "optuna_tpe": ("hebo.peers.optuna_samplers:OptunaTPE", "Optuna's TPESampler"),
        "optuna_gp": ("hebo.peers.optuna_samplers:OptunaGP", "Optuna's GPSampler"),
        "optuna_nsga2": ("hebo.peers.optuna_samplers:OptunaNSGA2", "Optuna's NSGAIISampler"),
        "pymoo": (
            "hebo.peers.pymoo_algorithms:Pymoo",
            "NSGA-II, NSGA-III and MOEA/D of pymoo, several objectives",
        ),
        "optuna_cmaes": ("hebo.peers.optuna_samplers:OptunaCmaEs", "Optuna's CmaEsSampler"),
        "botorch": (
            "hebo.peers.botorch_loop:BoTorch",
            "BoTorch's tutorial loop: SingleTaskGP, qLogEI or qLogNEI",
        ),
        "turbo": ("hebo.peers.turbo:TuRBO", "TuRBO-1 as in BoTorch's tutorial"),
        "smac": ("hebo.peers.smac_facade:SMAC", "SMAC3's facade for hyperparameters"),
        "cma_es": ("hebo.peers.cma_es:CMAES", "CMA-ES of pycma"),
        "nevergrad": ("hebo.peers.nevergrad_ngopt:NGOpt", "Nevergrad's NGOpt"),
        "skopt_gp": ("hebo.peers.skopt_gp:SkoptGP", "scikit-optimize's GP with gp_hedge"),
        "external": (
            "hebo.peers.external:External",
            "An optimizer in another environment, behind JSON lines on its input and output",
        ),
        "random_search": ("hebo.recommenders.random:RandomSearch", "Independent uniform draws, no repeats"),
        "sobol": ("hebo.recommenders.sobol:Sobol", "A scrambled Sobol sequence, no repeats"),
    },
    "surrogate": {
        "warped_gp": (
            "hebo.surrogates.warped_gp:WarpedGP",
            "Gaussian process with power-transformed outputs and Kumaraswamy-warped inputs",
        ),
        "amortised_gp": (
            "hebo.surrogates.amortized.amortized_gp:AmortizedGP",
            "Warped Gaussian process whose hyperparameters a trained network sets in one pass",
        ),
        "botorch_gp": (
            "hebo.surrogates.botorch_gp:BoTorchGP",
            "BoTorch's Gaussian process, with its priors or those of earlier studies",
        ),
        "heteroscedastic_gp": (
            "hebo.surrogates.heteroscedastic_gp:HeteroscedasticGP",
            "Gaussian process whose noise variance is learned as another function of the point",
        ),
        "multitask_gp": (
            "hebo.surrogates.multitask_gp:MultitaskGP",
            "Gaussian process of a task and of related ones, as far as they are correlated",
        ),
        "pretrained_gp": (
            "hebo.surrogates.pretrained_gp:PretrainedGP",
            "Gaussian process whose mean and covariance are learned from many earlier tasks",
        ),
        "gradient_gp": (
            "hebo.surrogates.gradient_gp:GradientGP",
            "Gaussian process of values and derivatives",
        ),
        "pairwise_gp": (
            "hebo.surrogates.pairwise_gp:PairwiseGP",
            "Gaussian process of utilities, learned from comparisons alone",
        ),
        "extra_trees": (
            "hebo.surrogates.extra_trees:ExtraTrees",
            "Extremely randomized trees with their spread as uncertainty",
        ),
        "neural_process": (
            "hebo.surrogates.neural_process.neural_process:NeuralProcess",
            "Experimental: a transformer that was trained once and predicts without fitting",
        ),
        "risk_averse": (
            "hebo.surrogates.risk_averse:RiskAverse",
            "The mean less a multiple of the noise at the point, where noise varies",
        ),
        "perturbed": (
            "hebo.surrogates.perturbed:Perturbed",
            "A risk measure of the values that a point has when its numbers are off",
        ),
        "averaged": (
            "hebo.surrogates.averaged:Averaged",
            "The mean of the values that a design has under given conditions",
        ),
        "random_forest": ("hebo.surrogates.extra_trees:ExtraTrees", "Another name of extra_trees"),
    },
    "learner": {
        "neural_process": (
            "hebo.training.neural_process:NeuralProcess",
            "Transformer with a bar distribution, for the surrogate `neural_process`",
        ),
        "amortised_gp": (
            "hebo.training.amortized_gp:AmortizedGPLearner",
            "Trains the network of amortised_gp: hyperparameters in one pass",
        ),
        "neural_acquisition": (
            "hebo.training.neural_acquisition:NeuralAcquisition",
            "Policy that chooses evaluations, trained on whole runs, for the acquisition of that name",
        ),
    },
    "task_prior": {
        "gaussian_processes": (
            "hebo.training.priors.gaussian_processes:GaussianProcesses",
            "Functions drawn from Gaussian processes with random hyperparameters",
        ),
        "neural_networks": (
            "hebo.training.priors.neural_networks:NeuralNetworks",
            "Small neural networks with random weights",
        ),
        "trees": ("hebo.training.priors.trees:Trees", "Sums of random trees: steps and plateaus"),
        "bowls": ("hebo.training.priors.bowls:Bowls", "One peak, with ripples in most of the tasks"),
        "noisy": ("hebo.training.priors.wrappers:Noisy", "Functions of another prior, observed with noise"),
        "irrelevant": (
            "hebo.training.priors.wrappers:Irrelevant",
            "Functions of another prior that ignore some columns",
        ),
        "additive": (
            "hebo.training.priors.wrappers:Additive",
            "Sums of functions of another prior, each of some columns",
        ),
        "clipped": (
            "hebo.training.priors.wrappers:Clipped",
            "Functions of another prior with plateaus",
        ),
        "skewed": (
            "hebo.training.priors.wrappers:Skewed",
            "Functions of another prior under a monotone map of their values",
        ),
        "mixture": ("hebo.training.priors.mixture:Mixture", "Functions of several priors"),
        "earlier_tasks": (
            "hebo.training.priors.earlier_tasks:EarlierTasks",
            "Functions like those of earlier tasks, from tables of measurements",
        ),
    },
    "risk_measure": {
        "expectation": ("hebo.surrogates.risk_measures:Expectation", "The weighted mean"),
        "var": ("hebo.surrogates.risk_measures:VaR", "Value at risk: what a share of the values reaches"),
        "cvar": (
            "hebo.surrogates.risk_measures:CVaR",
            "Conditional value at risk: the mean of the worst share",
        ),
        "worst_case": ("hebo.surrogates.risk_measures:WorstCase", "The least of the values"),
    },
    "kernel": {
        "overlap": ("hebo.kernels.overlap:Overlap", "Weighted share of matching categories"),
        "transformed_overlap": (
            "hebo.kernels.transformed_overlap:TransformedOverlap",
            "Exponential of minus the weighted number of differing categories",
        ),
        "numeric_matern": (
            "hebo.kernels.numeric_matern:NumericMatern",
            "Matern of continuous and ordered columns, which may be warped",
        ),
        "mixture": ("hebo.kernels.mixture:Mixture", "Several kernels of the same nominal columns, mixed"),
    },
    "acquisition": {
        "mace": ("hebo.acquisitions.mace:MACE", "LogEI, LogPI and LCB at once, with one noise draw"),
        "log_ei": ("hebo.acquisitions.improvement:LogEI", "Logarithm of the expected improvement"),
        "log_pi": ("hebo.acquisitions.improvement:LogPI", "Logarithm of the probability of improvement"),
        "log_augmented_ei": (
            "hebo.acquisitions.augmented:LogAugmentedEI",
            "Expected improvement over the effective best point, for noisy values",
        ),
        "prior_guided": (
            "hebo.acquisitions.prior_guided:PriorGuided",
            "Another acquisition, weighted by a belief in where the optimum is that fades (piBO)",
        ),
        "per_cost": (
            "hebo.acquisitions.per_cost:PerCost",
            "Another acquisition per unit of what an evaluation is expected to cost",
        ),
        "log_noisy_ei": (
            "hebo.acquisitions.noisy_improvement:LogNoisyEI",
            "Expected improvement over the best of values that noise leaves uncertain",
        ),
        "knowledge_gradient": (
            "hebo.acquisitions.knowledge_gradient:KnowledgeGradient",
            "How much an observation raises the largest posterior mean, exactly over a set of points",
        ),
        "one_shot_kg": (
            "hebo.acquisitions.one_shot_kg:OneShotKG",
            "Knowledge gradient with fantasies, whose maximizers are variables (`batch: one_shot`)",
        ),
        "max_value_entropy": (
            "hebo.acquisitions.max_value_entropy:MaxValueEntropy",
            "What a value tells about the largest one (max-value entropy search)",
        ),
        "joint_entropy": (
            "hebo.acquisitions.joint_entropy:JointEntropy",
            "What an observation tells about the maximum, its place and value (joint entropy)",
        ),
        "predictive_entropy": (
            "hebo.acquisitions.predictive_entropy:PredictiveEntropy",
            "What an observation tells about where the maximum is, by expectation propagation",
        ),
        "neural_acquisition": (
            "hebo.recommenders.neural_acquisition:NeuralAcquisition",
            "NAP: the values of a policy that was trained on whole runs of related tasks",
        ),
        "thompson": ("hebo.acquisitions.thompson:ThompsonSampling", "A function drawn from the posterior"),
        "ucb": ("hebo.acquisitions.confidence_bound:UCB", "Upper confidence bound (of what is maximized)"),
        "q_log_ei": (
            "hebo.acquisitions.batch_improvement:QLogEI",
            "BoTorch's qLogEI: improvement of several points together, log scale",
        ),
        "q_log_nei": (
            "hebo.acquisitions.batch_improvement:QLogNEI",
            "BoTorch's qLogNEI: that over the best of values that noise leaves uncertain",
        ),
        "q_ei": (
            "hebo.acquisitions.sampled:SampledEI",
            "Expected improvement of several points together, by samples",
        ),
        "q_pi": (
            "hebo.acquisitions.sampled:SampledPI",
            "Probability that one of several points improves, by samples",
        ),
        "q_sr": (
            "hebo.acquisitions.sampled:SampledSR",
            "Expected largest value of several points, by samples",
        ),
        "q_ucb": (
            "hebo.acquisitions.sampled:SampledUCB",
            "Upper confidence bound of several points together, by samples",
        ),
        "eubo": (
            "hebo.acquisitions.eubo:EUBO",
            "Expected utility of the best option, for pairs that somebody compares",
        ),
        "config": (
            "hebo.acquisitions.config:CONFIG",
            "Lower bounds of objective and constraints; declares a problem infeasible",
        ),
        "probability_of_feasibility": (
            "hebo.acquisitions.probability_of_feasibility:ProbabilityOfFeasibility",
            "Logarithm of the probability that all measured constraints hold",
        ),
        "log_ehvi": (
            "hebo.acquisitions.hypervolume:LogEHVI",
            "Logarithm of the expected hypervolume improvement, for several objectives",
        ),
        "multi_mace": ("hebo.acquisitions.multi_mace:MultiMACE", "MACE of several objectives at once"),
        "scalarized": (
            "hebo.acquisitions.scalarized:Scalarized",
            "ParEGO: LogEI of a Chebyshev function of several objectives, random weights",
        ),
        "scalarised": ("hebo.acquisitions.scalarized:Scalarized", "Another name of scalarized"),
    },
    "acq_optimizer": {
        "nsga2": ("hebo.acq_optimizers.evolution:NSGA2", "NSGA-II on arrays, mixed variables, constraints"),
        "random": ("hebo.acq_optimizers.random:RandomSubset", "Best of many random points"),
        "cma_es": ("hebo.acq_optimizers.cma_es:CMAESSearch", "CMA-ES of pycma, several at once"),
        "differential_evolution": (
            "hebo.acq_optimizers.differential_evolution:DifferentialEvolution",
            "Differential evolution of SciPy",
        ),
        "gradient": (
            "hebo.acq_optimizers.gradient:GradientSearch",
            "First order: optimizers of torch (Adam, SGD, ...) from many starting points at once",
        ),
        "lbfgs": (
            "hebo.acq_optimizers.lbfgs:LBFGS",
            "Second order: L-BFGS-B from many starting points at once",
        ),
        "compositional": (
            "hebo.acq_optimizers.compositional:CompositionalSearch",
            "SCGD, ASCGD, NASA or C-ADAM on nested expectations, from many starting points at once",
        ),
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
    "batch_rule": {
        "kriging_believer": (
            "hebo.batches.kriging_believer:KrigingBeliever",
            "Points one by one, each conditioned on the model's means at those before",
        ),
        "joint": (
            "hebo.batches.joint:JointBatch",
            "All points at once: the maximum of an acquisition of batches",
        ),
        "jointly_improved": (
            "hebo.batches.jointly_improved:JointlyImproved",
            "One by one by any acquisition, then all together by one of batches",
        ),
        "independent_draws": (
            "hebo.batches.independent_draws:IndependentDraws",
            "Parallel Thompson sampling: each point maximizes a function of its own",
        ),
        "one_shot": (
            "hebo.batches.one_shot:OneShot",
            "Points of one_shot_kg, which climb together with the solutions inside their values",
        ),
    },
    "failure_rule": {
        "success_probability": (
            "hebo.failures.success_probability:SuccessProbability",
            "Weights the acquisition by the probability of success",
        ),
        "worst_value": (
            "hebo.failures.worst_value:WorstValue",
            "Failed points get the lowest value observed",
        ),
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
            "Several evaluations at once, a process each",
        ),
        "threads": (
            "hebo.experiment.executors.threads:Threads",
            "Several evaluations at once, those of a run in threads",
        ),
        "dask": (
            "hebo.experiment.executors.dask_cluster:DaskCluster",
            "Several evaluations at once on the workers of a Dask cluster",
        ),
    },
}

RENAMED: dict[str, dict[str, str]] = {
    "surrogate": {"most_predictive": "best_by_loo"},
    "kernel": {"blend": "mixture"},
    "task": {"quantised": "quantized"},
}
"""Kind -> former name -> the name of the part; former names are refused with the other one's."""
