"""Integers with a step at the import path of the original package, for `isinstance`."""

from hebo.design_space.parameters.integer import StepInt as StepIntPara

__all__ = ["StepIntPara"]
