"""Diagnostics: what a history says about the noise of its values."""
