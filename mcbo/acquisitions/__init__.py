"""Acquisitions that need more of a model than its predictions."""
