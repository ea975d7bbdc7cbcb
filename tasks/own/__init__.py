"""Objectives of one's own: a Python function, or a program, named in a YAML."""
