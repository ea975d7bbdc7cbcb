"""Problems to optimize: closed-form functions, wrappers around problems, and real model tuning.

Everything here is a `tasks.base.Task`: a frozen recipe with a design space and an `evaluate` method
from a table of points to a table of values, smaller is better. `tasks.catalog` lists them all.
"""
