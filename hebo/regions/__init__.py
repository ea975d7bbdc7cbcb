"""Regions: parts of a domain around a point, to search in."""
