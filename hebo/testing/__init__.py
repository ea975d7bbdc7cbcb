"""Conformance checks for authors of parts, one module per kind; plain asserts, for any test runner."""
