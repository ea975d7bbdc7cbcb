"""Failure rules: how failed evaluations count."""
