"""Optimisers: what is asked for points and told their values."""
