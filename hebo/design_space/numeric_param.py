"""Real numbers at the import path of the original package, for `isinstance`."""

from hebo.design_space.parameters.real import Num as NumericPara

__all__ = ["NumericPara"]
