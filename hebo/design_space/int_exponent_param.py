"""Powers of a base at the import path of the original package, for `isinstance`."""

from hebo.design_space.parameters.integer import IntExponent as IntExponentPara

__all__ = ["IntExponentPara"]
