"""Objectives of the user's own: how a function is called with a point, and how its answer is read."""
