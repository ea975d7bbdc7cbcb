"""Categories at the import path of the original package, for `isinstance`."""

from hebo.design_space.parameters.discrete import Cat as CategoricalPara

__all__ = ["CategoricalPara"]
