"""Campaigns: optimization by hand, with spreadsheets in between."""
