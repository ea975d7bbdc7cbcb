"""Executors: where runs are carried out, and the wish to stop."""
