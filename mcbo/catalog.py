"""What this package adds to the catalogue: kind -> name -> ("module:Class", summary)."""

from __future__ import annotations

PARTS: dict[str, dict[str, tuple[str, str]]] = {
    "optimizer": {
        "combinatorial": (
            "mcbo.presets:CombinatorialRecipe",
            "Any combinatorial composition; by default a mixed GP and interleaved search",
        ),
        "mcbo": (
            "mcbo.presets:MCBO",
            "The default: of four kernels the one that predicts best, trust region",
        ),
        "casmopolitan": (
            "mcbo.presets:Casmopolitan",
            "Transformed overlap, interleaved search, trust region",
        ),
        "boils": ("mcbo.presets:BOiLS", "String subsequences and which letters occur, in a trust region"),
        "boils_cut": (
            "mcbo.presets:BOiLSCut",
            "The model of BOiLS among sequences that go on from the best prefixes",
        ),
        "antbo": ("mcbo.presets:AntBO", "Places and composition, MACE and local search in a trust region"),
        "combo": ("mcbo.presets:COMBO", "Diffusion kernel, sampled hyperparameters, local search"),
        "bodi": ("mcbo.presets:BODi", "Hamming distances to a random dictionary"),
        "bocs": ("mcbo.presets:BOCS", "Sparse linear regression on pairs, Thompson sampling, annealing"),
        "boss": ("mcbo.presets:BOSS", "String subsequence kernel, genetic search"),
        "cocabo": ("mcbo.presets:CoCaBO", "Overlap kernel, bandits over the categories"),
        "hill_climbing": (
            "mcbo.recommenders.hill_climbing:HillClimbing",
            "Moves to the best neighbour told, with restarts; no model",
        ),
        "simulated_annealing": ("mcbo.recommenders.annealing:Annealing", "Simulated annealing; no model"),
        "genetic_algorithm": ("mcbo.recommenders.genetic:GeneticAlgorithm", "Genetic algorithm; no model"),
        "exp3_bandit": ("mcbo.recommenders.bandit:Bandit", "EXP3 over the values of each column; no model"),
        "rducb": ("mcbo.presets:RDUCB", "Random tree decompositions, additive bound, message passing"),
        "tree_search": (
            "mcbo.presets:TreeSearchBO",
            "Tree search over sets of nominal choices, scored by the model, beside numbers",
        ),
    },
    "surrogate": {
        "mixed_gp": (
            "mcbo.surrogates.mixed_gp:MixedGP",
            "Gaussian process with a kernel for each sort of column",
        ),
        "best_by_loo": (
            "mcbo.surrogates.best_by_loo:BestByLOO",
            "Of several surrogates the one whose leave-one-out predictions are the most likely",
        ),
        "sparse_linear": (
            "mcbo.surrogates.sparse_linear:SparseLinear",
            "Linear regression on pairs of categories with a horseshoe prior",
        ),
    },
    "kernel": {
        "one_hot_matern": (
            "mcbo.kernels.one_hot_matern:OneHotMatern",
            "Matern of categories written as indicators",
        ),
        "ordinal": ("mcbo.kernels.ordinal:Ordinal", "Matern of the positions of ordered levels"),
        "main_effects": (
            "mcbo.kernels.main_effects:MainEffects",
            "Matern of each column and of all of them",
        ),
        "string_subsequence": (
            "mcbo.kernels.string_subsequence:StringSubsequence",
            "Common subsequences of strings, with gaps",
        ),
        "spectrum": ("mcbo.kernels.spectrum:Spectrum", "Which letters stand side by side, wherever they do"),
        "prefix": ("mcbo.kernels.prefix:Prefix", "How many of the first letters are the same"),
        "letter_embedding": (
            "mcbo.kernels.letter_embedding:LetterEmbedding",
            "Exponential of the distances of letters, such as those of amino acids by BLOSUM62",
        ),
        "composition": (
            "mcbo.kernels.composition:Composition",
            "How often each letter occurs, wherever it stands; letters may resemble one another",
        ),
        "hamming_embedding": (
            "mcbo.kernels.hamming_embedding:HammingEmbedding",
            "Matern of Hamming distances to random anchors",
        ),
        "diffusion": ("mcbo.kernels.diffusion:Diffusion", "Heat on the product of the columns' graphs"),
        "tree_additive": (
            "mcbo.kernels.tree_additive:TreeAdditive",
            "Sum of functions of one or two columns, paired by a random forest",
        ),
        "kendall": ("mcbo.kernels.kendall:Kendall", "Share of concordant pairs of two orders"),
        "mallows": ("mcbo.kernels.mallows:Mallows", "Exponential of minus the share of discordant pairs"),
    },
    "acquisition": {
        "additive_ucb": (
            "mcbo.acquisitions.additive:AdditiveUCB",
            "Sum of the upper confidence bounds of an additive model's components",
        ),
    },
    "acq_optimizer": {
        "local_search": ("mcbo.acq_optimizers.local_search:LocalSearch", "Best neighbour, from many starts"),
        "interleaved": (
            "mcbo.acq_optimizers.interleaved:InterleavedSearch",
            "Gradients on continuous columns and local moves on the others, in turn",
        ),
        "genetic": ("mcbo.acq_optimizers.genetic:GeneticSearch", "Genetic algorithm"),
        "offspring": (
            "mcbo.acq_optimizers.offspring:Offspring",
            "The best of many children of the best points told; nothing climbs",
        ),
        "sequence_offspring": (
            "mcbo.acq_optimizers.sequence_offspring:SequenceOffspring",
            "The best of many children of the best sequences: insertions, deletions, other ends",
        ),
        "annealing": ("mcbo.acq_optimizers.annealing:SimulatedAnnealing", "Parallel chains that cool down"),
        "bandit": (
            "mcbo.acq_optimizers.bandit:BanditSearch",
            "EXP3 over the categories of each column, gradients on the numbers",
        ),
        "tree_search": (
            "mcbo.acq_optimizers.tree_search:TreeSearch",
            "Monte Carlo tree search over nominal columns, gradients and moves for the others",
        ),
        "message_passing": (
            "mcbo.acq_optimizers.message_passing:MessagePassing",
            "Exact maximum of a sum over a forest of columns",
        ),
    },
    "region": {
        "population": ("mcbo.regions.population:Population", "The whole space, from the best points told"),
        "hamming_trust_region": (
            "mcbo.regions.hamming_trust_region:HammingTrustRegion",
            "Casmopolitan's: a Hamming ball and a box around the best point, with restarts",
        ),
    },
}
