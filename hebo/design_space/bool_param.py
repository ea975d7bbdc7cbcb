"""Booleans at the import path of the original package, for `isinstance`."""

from hebo.design_space.parameters.discrete import Bool as BoolPara

__all__ = ["BoolPara"]
