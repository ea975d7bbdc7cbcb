"""Integers at the import path of the original package, for `isinstance`."""

from hebo.design_space.parameters.integer import Int as IntegerPara

__all__ = ["IntegerPara"]
