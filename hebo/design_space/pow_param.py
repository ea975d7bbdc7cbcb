"""Real numbers on a logarithmic scale at the import path of the original package, for `isinstance`."""

from hebo.design_space.parameters.real import Pow as PowPara

__all__ = ["PowPara"]
