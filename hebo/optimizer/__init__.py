"""The one stateful class: ask and tell around any recommender, with history, pending points and saved states."""
