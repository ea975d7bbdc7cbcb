"""Configuration: parts of the catalog, and experiments built from YAML."""
