"""Hyperparameter tuning of scikit-learn models, with the search spaces of Bayesmark."""
