"""Optimizers without a model: hill climbing, annealing, a genetic algorithm, bandits."""
