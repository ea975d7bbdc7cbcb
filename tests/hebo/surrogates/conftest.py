"""One small data set in a mixed space, and hyperparameters for it."""

from __future__ import annotations

import pytest
import torch

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -1, "ub": 2},
        {"name": "b", "type": "cat", "categories": ["u", "v", "w"]},
        {"name": "c", "type": "int", "lb": 0, "ub": 9},
    ]
)


@pytest.fixture(scope="session")
def space() -> DesignSpace:
    return SPACE


@pytest.fixture(scope="session")
def data() -> Data:
    x = SPACE.sample(20, generator=make_generator(0))
    y = (x[:, :1] ** 2 + 0.3 * x[:, 1:2] - 0.1 * x[:, 2:]).sin()
    return Data(x, (y - y.mean()) / y.std())


@pytest.fixture(scope="session")
def theta() -> torch.Tensor:
    """Lengthscales (a, c), warps a (a, c) and b (a, c), overlap scale, signal, noise; then the mean."""
    positive = torch.tensor([0.4, 0.9, 0.7, 1.3, 1.5, 0.8, 0.5, 1.7, 0.05], dtype=torch.float64)
    return torch.cat([positive.log(), torch.tensor([0.3], dtype=torch.float64)])
