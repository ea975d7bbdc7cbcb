"""Values as people write them, without any parameter: natural values, keys, JSON, rounding, labels."""
