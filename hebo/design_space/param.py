"""Base class of all parameters at the import path of the original package, for `isinstance`."""

from hebo.design_space.parameters.parameter import Parameter

__all__ = ["Parameter"]
