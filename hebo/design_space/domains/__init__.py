"""Search domains: sets of encoded points that are sampled, projected onto and walked about in."""
