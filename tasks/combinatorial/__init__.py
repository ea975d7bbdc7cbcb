"""Problems of booleans, categories, strings and permutations from combinatorial optimization."""
