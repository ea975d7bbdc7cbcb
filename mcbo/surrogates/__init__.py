"""Surrogates over nominal, ordered, continuous and permutation columns."""
