"""Surrogates: recipes that fit a BoTorch model."""
