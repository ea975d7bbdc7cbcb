"""Upper bounds on the density of sphere packings, each of them proved, and the game of finding them."""
