"""Gaussian processes whose hyperparameters a trained network sets, instead of a fit."""
