"""Acquisition optimisers for combinatorial and mixed domains."""
