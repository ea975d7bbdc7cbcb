"""Reading and writing YAML, and mistakes in it with their place."""
