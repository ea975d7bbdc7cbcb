"""Batch rules: how the points of a batch are chosen together."""
