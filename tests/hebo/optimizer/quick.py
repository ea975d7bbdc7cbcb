"""A small space and quick optimizers of it, for the tests of what all optimizers do."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hebo.acq_optimizers.evolution import NSGA2
from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.hebo import HEBO, HEBORecipe

DEFINITION = [
    {"name": "a", "type": "num", "lb": 0, "ub": 1},
    {"name": "k", "type": "int", "lb": 1, "ub": 9},
    {"name": "c", "type": "cat", "categories": ["u", "v"]},
]


def space() -> DesignSpace:
    return DesignSpace().parse(DEFINITION)


SEARCH = NSGA2(population=40, n_generations=10)
QUICK = HEBORecipe(acq_optimizer=SEARCH)


def quick_hebo(n_initial: int, seed: int) -> Optimizer:
    return HEBO(space(), scramble_seed=seed, recipe=HEBORecipe(acq_optimizer=SEARCH, n_initial=n_initial))


ROW = {"a": 0.5, "k": 3, "c": "u"}


def frame(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame([{**ROW, **changes}])
