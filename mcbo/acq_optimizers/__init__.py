"""Acquisition optimizers for combinatorial and mixed domains."""
