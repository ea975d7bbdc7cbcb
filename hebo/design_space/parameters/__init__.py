"""Parameter types: the values of one variable, and the columns that encode them."""
