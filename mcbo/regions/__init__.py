"""Regions: where a combinatorial search looks."""
