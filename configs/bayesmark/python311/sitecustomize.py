"""Bayesmark 0.0.8 reads the names of its options from `str()` of an `IntEnum`, which Python 3.11 changed.

The directory of this file on `PYTHONPATH` gives `IntEnum` its earlier text, `Class.member`, in every
process of that environment.
"""

import enum

enum.IntEnum.__str__ = enum.Enum.__str__
