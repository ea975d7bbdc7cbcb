"""Distributions over functions that networks are trained on."""
