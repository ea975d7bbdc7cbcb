"""A small space and quick optimisers of it, for the tests of what all optimisers do."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hebo.acq_optimizers.evolution import NSGA2
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO, HEBORecipe
from hebo.recommenders.bayes_opt import BayesOpt

DEFINITION = [
    {"name": "a", "type": "num", "lb": 0, "ub": 1},
    {"name": "k", "type": "int", "lb": 1, "ub": 9},
    {"name": "c", "type": "cat", "categories": ["u", "v"]},
]


def space() -> DesignSpace:
    return DesignSpace().parse(DEFINITION)


QUICK = HEBORecipe(acq_optimizer=NSGA2(population=40, n_generations=10))


def quick_hebo(n_initial: int, seed: int) -> BayesOpt:
    return HEBO(space(), rand_sample=n_initial, scramble_seed=seed, recipe=QUICK)


ROW = {"a": 0.5, "k": 3, "c": "u"}


def frame(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame([{**ROW, **changes}])
