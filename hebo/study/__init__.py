"""Studies: a function of the user's own, minimized or maximized in one call, and kept in a store."""
