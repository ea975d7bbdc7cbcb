"""Fixtures of the conformance suite."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from examples import SPACES, example, observations

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator


@pytest.fixture(params=SPACES)
def space(request: pytest.FixtureRequest) -> DesignSpace:
    """Each sort of space in turn."""
    return SPACES[request.param]


@pytest.fixture(scope="session")
def fitted() -> tuple[Any, Data]:
    """One fitted surrogate on the mixed space, and its data."""
    surrogate = example("surrogate", "warped_gp")
    assert isinstance(surrogate, Surrogate)
    data = observations(SPACES["mixed"])
    with torch.random.fork_rng():
        return surrogate.fit(data, SPACES["mixed"], generator=make_generator(0)), data
