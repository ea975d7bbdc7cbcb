"""Design problems of engineering, with measured constraints."""
