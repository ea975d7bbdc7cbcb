"""Kernels: recipes of correlation functions over nominal, ordered, continuous and permutation columns."""
