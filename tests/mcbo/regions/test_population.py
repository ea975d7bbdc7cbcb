"""Tests of `mcbo.regions.population`."""

from __future__ import annotations

import math

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from hebo.base import Domain, FittedModels, RegionState
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from mcbo.regions.population import Population
from mcbo.surrogates.mixed_gp import MixedGP

SPACE = DesignSpace().parse([{"name": f"c{i}", "type": "cat", "categories": [0, 1, 2]} for i in range(4)])


def starts(x: Tensor, y: list[float], size: int, domain: Domain = SPACE) -> Tensor:
    data = Data(x, torch.tensor(y, dtype=torch.float64).unsqueeze(1))
    model = MixedGP().fit(data.train(), SPACE, generator=make_generator(0))
    state = RegionState(data.successes(), FittedModels((model,)))
    focus = Population(size=size).narrow(domain, state, generator=make_generator(0))
    assert focus.domain is domain
    return focus.start


def test_it_starts_from_the_best_distinct_points_in_their_order() -> None:
    points = SPACE.points(81)
    assert points is not None
    x = points[[0, 1, 2, 1, 3, 4]]
    assert torch.equal(starts(x, [0.0, 5.0, 1.0, 4.0, math.nan, 3.0], 3), points[[1, 4, 2]])


def test_a_small_history_is_taken_whole() -> None:
    x = SPACE.sample(3, generator=make_generator(0))
    assert len(starts(x, [0.0, 1.0, 2.0], 20)) == 3


def test_less_than_two_parents_are_refused() -> None:
    with pytest.raises(ValidationError, match="size"):
        Population(size=1)
