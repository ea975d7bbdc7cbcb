"""Problems whose points are the rows of a table."""
