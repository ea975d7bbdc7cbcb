"""Closed-form functions with known minima, for numeric, integer and nominal variables."""
