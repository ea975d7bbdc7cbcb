"""The one stateful class: ask and tell around a recommender; history, pending points, saved states."""
