"""Tables of candidates: spaces of which only listed rows can be chosen, and how they are read."""
