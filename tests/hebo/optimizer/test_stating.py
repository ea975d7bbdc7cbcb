"""Goals of an optimizer: values go in and come out as measured, and points follow the goals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.acquisitions.improvement import LogEI
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError, IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.hebo import HEBO
from hebo.presets import HEBORecipe, HEBOTransfer
from hebo.recommenders.random import RandomSearch
from hebo.surrogates.gradient_gp import GradientGP

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "b", "type": "cat", "categories": ["u", "v"]},
    ]
)


def bowl(x: pd.DataFrame) -> np.ndarray[Any, Any]:
    return ((x["a"] - 0.3) ** 2 + (x["b"] == "u")).to_numpy()


def run(n: int, measure: Callable[[pd.DataFrame], Any], **stated: Any) -> Optimizer:
    optimizer = HEBO(SPACE, scramble_seed=3, **stated)
    for _ in range(n):
        x = optimizer.ask()
        optimizer.tell(x, measure(x))
    return optimizer


def random_search(**stated: Any) -> Optimizer:
    return Optimizer(SPACE, RandomSearch(), seed=0, **stated)


def points(optimizer: Optimizer) -> pd.DataFrame:
    return optimizer.history[SPACE.names]


def test_a_maximized_problem_gives_the_points_of_its_negated_twin() -> None:
    twin = run(9, lambda x: bowl(x))
    maximized = run(9, lambda x: -bowl(x), objectives=[{"name": "gain", "goal": "maximize"}])
    assert points(maximized).equals(points(twin))
    assert maximized.best_y == -twin.best_y
    assert maximized.best_x.equals(twin.best_x)
    assert maximized.recommendation().mean == pytest.approx(-(twin.recommendation().mean or np.nan))


def test_a_limit_gives_the_points_of_the_shifted_constraint() -> None:
    plain = HEBO(SPACE, scramble_seed=3)
    for _ in range(8):
        x = plain.ask()
        plain.tell(x, bowl(x), constraints=0.5 - x["a"].to_numpy())
    limited = run(
        8,
        lambda x: {"y": bowl(x), "a_used": x["a"].to_numpy()},
        objectives="y",
        constraints=[{"name": "a_used", "lb": 0.5}],
    )
    assert points(limited).equals(points(plain))
    assert limited.best_x["a"].item() >= 0.5


def test_near_a_target_the_nearest_value_is_best() -> None:
    optimizer = random_search(objectives=[{"name": "pH", "target": 7.2}])
    x = optimizer.ask(3)
    optimizer.tell(x, [2.0, 7.0, 9.0])
    assert optimizer.best_y == 7.0
    assert optimizer.data.y[:, 0].tolist() == pytest.approx([-5.2, -0.2, -1.8])


def test_both_limits_of_a_constraint_hold_for_the_best_point() -> None:
    optimizer = random_search(objectives="y", constraints=[{"name": "t", "lb": 1, "ub": 3}])
    optimizer.tell(optimizer.ask(3), {"y": [1.0, 2.0, 3.0], "t": [0.0, 2.0, 9.0]})
    assert optimizer.best_y == 2.0
    assert optimizer.data.constraints.shape == (3, 2)


def test_history_and_front_have_the_stated_names_and_the_measured_values() -> None:
    optimizer = Optimizer(
        SPACE, HEBORecipe(), seed=0, objectives={"gain": "maximize", "cost": "minimize"}, constraints=["c"]
    )
    x = optimizer.ask(3)
    optimizer.tell(x, pd.DataFrame({"cost": [1.0, 2.0, 3.0], "c": [-1.0, 0.0, 1.0], "gain": [1.0, 5.0, 9.0]}))
    assert optimizer.history[["gain", "cost", "c"]].to_numpy().tolist() == [[1, 1, -1], [5, 2, 0], [9, 3, 1]]
    assert optimizer.front[["gain", "cost"]].to_numpy().tolist() == [[1, 1], [5, 2]]


@pytest.mark.parametrize(
    ("goal", "bad", "good"), [("minimize", np.inf, -np.inf), ("maximize", -np.inf, np.inf)]
)
def test_the_infinity_on_the_bad_side_is_a_failure(goal: str, bad: float, good: float) -> None:
    optimizer = random_search(objectives={"y": goal})
    optimizer.tell(optimizer.ask(), bad)
    assert bool(optimizer.data.failed.all())
    with pytest.raises(DataError, match="cannot be improved on"):
        optimizer.tell(optimizer.ask(), good)


def test_a_state_keeps_goals_and_refuses_other_ones() -> None:
    saved = run(4, lambda x: -bowl(x), objectives={"gain": "maximize"})
    silent = HEBO(SPACE)
    silent.load_state_dict(saved.state_dict())
    assert silent.outcomes == saved.outcomes
    assert silent.ask().equals(saved.ask())
    switched = HEBO(SPACE, objectives={"gain": "minimize"})
    with pytest.raises(DataError, match=r"told with maximize gain.*states minimize gain"):
        switched.load_state_dict(saved.state_dict())


def test_a_state_without_goals_is_one_of_minimized_values() -> None:
    saved = run(4, lambda x: bowl(x))
    plain = HEBO(SPACE, objectives="loss")
    plain.load_state_dict(saved.state_dict())
    assert plain.ask().equals(saved.ask())
    with pytest.raises(DataError, match="minimized objectives"):
        HEBO(SPACE, objectives={"gain": "maximize"}).load_state_dict(saved.state_dict())


def test_a_goal_cannot_be_switched_after_data_were_told() -> None:
    optimizer = random_search(objectives={"y": "maximize"})
    optimizer.tell(optimizer.ask(), 1.0)
    optimizer.set_outcomes([{"name": "y", "goal": "maximize", "unit": "%"}])
    with pytest.raises(DataError, match="what they mean cannot change"):
        optimizer.set_outcomes("y")


def test_values_are_corrected_as_measured() -> None:
    optimizer = random_search(objectives={"y": "maximize"}, constraints=[{"name": "c", "ub": 5}])
    x = optimizer.ask(2)
    optimizer.tell(x, {"y": [1.0, 2.0], "c": [4.0, 9.0]})
    optimizer.retell(x.iloc[[1]], 3.0)
    assert optimizer.measured.tolist() == [[1.0, 4.0], [3.0, 9.0]]
    optimizer.retell(x.iloc[[1]], {"y": [2.0], "c": [4.0]})
    assert optimizer.best_y == 2.0


def test_derivatives_follow_the_goal() -> None:
    space = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 2}])
    recipe = HEBORecipe(surrogate=GradientGP())
    optimizer = Optimizer(space, recipe, seed=0, objectives={"y": "maximize"})
    optimizer.tell(pd.DataFrame({"a": [1.0]}), 1.0, gradient=pd.DataFrame({"a": [3.0]}))
    gradients = optimizer.data.gradients
    assert gradients is not None
    assert gradients.tolist() == [[3.0]]


def test_a_reference_point_is_stated_as_measured() -> None:
    optimizer = Optimizer(SPACE, HEBORecipe(), seed=0, objectives={"gain": "maximize", "cost": "minimize"})
    optimizer.set_reference_point({"gain": 2.0, "cost": 5.0})
    optimizer.tell(optimizer.ask(2), [[1.0, 1.0], [3.0, 2.0]])
    assert optimizer.data.reference is not None
    assert torch.equal(optimizer.data.reference, torch.tensor([2.0, -5.0], dtype=torch.float64))
    assert optimizer.reference_point == (2.0, 5.0)


def test_related_tasks_have_the_goal_of_the_run() -> None:
    optimizer = Optimizer(SPACE, HEBOTransfer(), seed=0, objectives={"y": "maximize"})
    x = random_search().ask(3)
    optimizer.learn_from(x, [1.0, 2.0, 3.0])
    assert optimizer.data.related[0].y[:, 0].tolist() == [1, 2, 3]
    copy = Optimizer(SPACE, HEBOTransfer(), objectives={"y": "maximize"})
    copy.load_state_dict(optimizer.state_dict())
    assert copy.data.related[0].y[:, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("stated", "error", "message"),
    [
        ({"objectives": ["a"]}, DataError, "'a' is a parameter and something measured"),
        ({"objectives": ["variance_0"]}, DataError, "reserved"),
        ({"objectives": []}, DataError, "no objective is stated"),
        ({"constraints": ["c"]}, DataError, "no objective"),
        ({"objectives": ["y", "y"]}, ConfigError, "twice"),
    ],
)
def test_what_cannot_be_stated_is_refused(stated: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        random_search(**stated)


def test_an_optimizer_of_one_objective_refuses_two_before_anything_is_asked() -> None:
    with pytest.raises(IncompatibleError, match="objective"):
        Optimizer(SPACE, HEBORecipe(acquisition=LogEI()), objectives=["y", "z"])


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"gain": [1.0]}, "constraints are not given, and stated are: c <= 0"),
        ({"profit": [1.0], "c": [0.0]}, r"columns \['profit', 'c'\]; expected \['gain', 'c'\]"),
        ({"gain": [1.0, 2.0], "c": [0.0]}, "no table"),
    ],
)
def test_told_tables_have_the_stated_columns(told: Any, message: str) -> None:
    optimizer = random_search(objectives="gain", constraints="c")
    with pytest.raises(DataError, match=message):
        optimizer.tell(optimizer.ask(), told)
