"""The calls that clients of the original package make: OptunaHub, Ax."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hebo as hebo_module
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.general import GeneralBO
from hebo.optimizers.hebo import HEBO


@pytest.fixture(autouse=True)
def _seeded() -> None:
    np.random.seed(0)  # noqa: NPY002  (the original's clients seed this stream)


def observe_as_optunahub(opt: HEBO | GeneralBO, params: pd.DataFrame, values: np.ndarray[Any, Any]) -> None:
    """Call what OptunaHub's HEBO sampler calls, by the class and the version."""
    if isinstance(opt, GeneralBO) and hebo_module.__version__ > "0.3.5":
        opt.observe_new_data(params, values)
    else:
        opt.observe(params, values)


SAMPLED = [
    {"name": "rate", "type": "pow", "lb": 1e-5, "ub": 1e-1},
    {"name": "depth", "type": "int", "lb": 0, "ub": 4},  # steps of an integer with a step, as a float
    {"name": "width", "type": "pow_int", "lb": 1, "ub": 64},
    {"name": "shift", "type": "num", "lb": -1.0, "ub": 1.0},
    {"name": "kind", "type": "cat", "categories": ("a", None, 3)},
]


@pytest.mark.parametrize("is_general", [False, True])
def test_optunahub_asks_one_point_and_observes_it_after_the_trial(is_general: bool) -> None:
    space = DesignSpace().parse(SAMPLED)
    opt = GeneralBO(space, num_obj=1) if is_general else HEBO(space, scramble_seed=3)
    for _ in range(9):
        params = {name: row.iloc[0] for name, row in opt.suggest().items()}
        trial = {**params, "depth": 10.0 + 2 * params["depth"]}
        frame = pd.DataFrame([trial])
        frame["depth"] = (frame["depth"] - 10.0) / 2
        observe_as_optunahub(opt, frame, np.array([[float(params["rate"])]]))
    assert len(opt.X) == 9


@pytest.mark.parametrize("is_general", [False, True])
def test_optunahub_replays_all_trials_whose_parameters_may_be_more(is_general: bool) -> None:
    space = DesignSpace().parse(SAMPLED)
    trials = HEBO(space, scramble_seed=0).suggest(8)
    trials["only_in_some_trials"] = [0.5, np.nan] * 4
    opt = GeneralBO(space, num_obj=1) if is_general else HEBO(space, scramble_seed=12345)
    observe_as_optunahub(opt, trials, np.arange(8.0).reshape(8, 1))
    rec = opt.suggest()
    assert list(rec) == [one["name"] for one in SAMPLED]
    assert opt.y[:, 0].tolist() == list(range(8))


def test_ax_replays_constrained_trials_into_general_bo() -> None:
    space = DesignSpace().parse(SAMPLED)
    records = HEBO(space, scramble_seed=0).suggest(8).to_dict("records")
    opt = GeneralBO(space=space, num_obj=1, num_constr=1)
    y = np.hstack([np.arange(8.0)[:, None], np.linspace(-1, 1, 8)[:, None]])
    opt.observe(pd.DataFrame.from_records(records), y)
    candidate = opt.suggest().to_dict(orient="records").pop()
    assert set(candidate) == set(space.names)
    assert opt.best_y.tolist() == [[0.0, -1.0]]
