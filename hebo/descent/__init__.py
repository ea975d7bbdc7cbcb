"""First-order minimisation of many functions at once."""
