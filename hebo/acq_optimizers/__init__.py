"""Acquisition optimizers: recipes that search a domain for large acquisition values."""
