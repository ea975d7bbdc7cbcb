"""Integers on a logarithmic scale at the import path of the original package, for `isinstance`."""

from hebo.design_space.parameters.integer import PowInt as PowIntegerPara

__all__ = ["PowIntegerPara"]
