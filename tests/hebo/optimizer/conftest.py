"""Fixtures of the tests of optimizers."""

from __future__ import annotations

import pytest

from hebo.optimizer.optimizer import Optimizer
from hebo.recommenders.random import RandomSearch
from tests.hebo.optimizer.quick import space


@pytest.fixture
def optimizer() -> Optimizer:
    return RandomSearch().build(space(), seed=0)
