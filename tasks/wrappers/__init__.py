"""Problems made of other problems: each takes a `task` and is one itself."""
