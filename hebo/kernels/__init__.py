"""Kernels: recipes of correlation functions of encoded columns."""
