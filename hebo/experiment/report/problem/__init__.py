"""Report of one problem with one optimizer: the best point, the progress, and what the model learnt."""
