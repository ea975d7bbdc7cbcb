"""Recommenders: stateless recipes that turn a request into points."""
