"""Results store: tables in SQL, leases of runs, and what was found as data frames."""
