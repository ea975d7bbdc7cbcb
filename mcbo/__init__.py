"""Combinatorial and mixed-variable Bayesian optimisation on top of `hebo`."""
