"""Spreadsheets: CSV files and workbooks as texts, and cells as values of parameters."""
