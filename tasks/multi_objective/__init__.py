"""Problems of several objectives with known Pareto fronts."""
