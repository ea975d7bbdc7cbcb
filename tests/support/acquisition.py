"""An acquisition under one model, for tests that have no use for a domain."""

from __future__ import annotations

from string import ascii_lowercase

from botorch.models.model import Model
from torch import Generator

from hebo.base import AcqFunction, Acquisition, FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace


def under(acquisition: Acquisition, model: Model, data: Data, *, generator: Generator) -> AcqFunction:
    """Return the acquisition of one objective, in a box of as many columns as the data has.

    One that looks at constraints has the same model for a constraint.
    """
    names = ascii_lowercase[: data.x.shape[1]]
    domain = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in names])
    constraints = (model,) if acquisition.handles_constraints else ()
    return acquisition.build(FittedModels((model,), constraints), data, domain, generator=generator)
