"""Problems of booleans, categories, strings and permutations from the literature on combinatorial optimisation."""
