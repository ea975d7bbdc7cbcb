"""Conformance of an acquisition: finite values of its shape, the same every time it is built."""

from __future__ import annotations

import torch
from botorch.models.model import Model

from hebo.abilities import JOINT_VALUES, NESTED_EXPECTATION, NestedExpectation
from hebo.base import Acquisition, FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator


def check_acquisition(recipe: Acquisition, model: Model, data: Data, space: DesignSpace) -> None:
    """Check an acquisition, of one objective and, where it takes several, of two.

    One that looks at constraints is given one.

    Args:
        recipe: Any settings.
        model: What it needs; fitted to `data`.
        data: Observations in `space`.
        space: Where.

    Raises:
        AssertionError: With what was expected.
    """
    x = space.sample(50, generator=make_generator(1)).unsqueeze(-2)
    name = type(recipe).__name__
    for n_objectives in range(1, 1 + min(2, recipe.max_outputs)):
        models = FittedModels((model,) * n_objectives, (model,) if recipe.handles_constraints else ())
        values, again = (recipe.build(models, data, space, generator=make_generator(0))(x) for _ in range(2))
        n_values = recipe.n_values if n_objectives == 1 else values.shape[1]
        assert values.shape == (50, n_values), f"{name} has {n_values} values per point"
        assert bool(torch.isfinite(values).all()), f"values of {name} are finite"
        assert torch.equal(values, again), f"{name} is a function of models, data and generator"
    if JOINT_VALUES in recipe.gives:
        acq = recipe.build(FittedModels((model,)), data, space, generator=make_generator(0))
        values = acq(x.reshape(25, 2, -1))
        assert values.shape == (25, 1), f"{name} has one value per batch"
        assert bool(torch.isfinite(values).all()), f"values of batches of {name} are finite"
        assert isinstance(acq, NestedExpectation) == (NESTED_EXPECTATION in recipe.gives), (
            f"what {name} gives"
        )
