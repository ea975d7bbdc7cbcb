"""Output transforms: the scale on which objective values are modeled."""
