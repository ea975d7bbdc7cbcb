"""Experiments: optimizers x tasks x seeds from one YAML, stored, resumable, reported."""
