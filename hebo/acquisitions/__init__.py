"""Acquisitions: recipes that turn a fitted model into a function to maximise."""
