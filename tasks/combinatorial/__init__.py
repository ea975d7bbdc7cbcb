"""Problems of booleans and categories from the literature on combinatorial optimisation."""
