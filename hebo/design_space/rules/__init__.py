"""Rules of a space: conditions, roles and input constraints."""
