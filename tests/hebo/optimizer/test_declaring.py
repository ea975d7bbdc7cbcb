"""Tests of `hebo.optimizer.declaring`: when a problem is declared infeasible, and that looking changes nothing."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.config import CONFIG
from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.hebo import HEBORecipe
from hebo.recommenders.random import RandomSearch
from mcbo.presets import CombinatorialRecipe

SEARCH = NSGA2(population=20, n_generations=4)
RECIPE = HEBORecipe(acquisition=CONFIG(), acq_optimizer=SEARCH, n_initial=4)
SPACE = DesignSpace().parse(
    [{"name": "a", "type": "num", "lb": 0, "ub": 1}, {"name": "b", "type": "num", "lb": 0, "ub": 1}]
)


def height(points: DataFrame) -> Any:
    """Return a function of at least 0.2."""
    return 0.2 + (points["a"] - 0.4) ** 2 + (points["b"] - 0.6) ** 2


def grid(n: int) -> DataFrame:
    axes = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n))
    return DataFrame({"a": axes[0].ravel(), "b": axes[1].ravel()})


def told(recipe: Recommender = RECIPE, *, limit: float, n: int = 5, seed: int = 0) -> Optimizer:
    optimizer = recipe.build(SPACE, seed=seed)
    points = grid(n)
    optimizer.tell(points, points["a"], constraints=height(points) - limit)
    return optimizer


def test_a_limit_that_no_point_keeps_is_found_out() -> None:
    assert told(limit=0.05).declared_infeasible is True


def test_a_limit_that_a_point_between_those_told_keeps_is_not_declared() -> None:
    optimizer = told(limit=0.201, n=4)
    assert (optimizer.history["constraint_0"] > 0).all()
    assert optimizer.declared_infeasible is False


def test_a_feasible_point_ends_the_question() -> None:
    optimizer = told(limit=0.05)
    assert optimizer.declared_infeasible is True
    optimizer.tell(optimizer.ask(), [0.0], constraints=[-1.0])
    assert optimizer.declared_infeasible is False


@pytest.mark.parametrize(
    "recipe", [HEBORecipe(acq_optimizer=SEARCH), RandomSearch(), CombinatorialRecipe()], ids=str
)
def test_other_acquisitions_declare_nothing(recipe: Recommender) -> None:
    assert told(recipe, limit=0.05).declared_infeasible is None


def test_nothing_is_declared_without_constraints_or_before_there_are_enough_points() -> None:
    optimizer = RECIPE.build(SPACE, seed=0)
    assert optimizer.declared_infeasible is None
    points = grid(4).head(3)
    optimizer.tell(points, points["a"], constraints=height(points))
    assert optimizer.declared_infeasible is None
    free = RECIPE.build(SPACE, seed=0)
    free.tell(grid(4), grid(4)["a"])
    assert free.declared_infeasible is None


def test_looking_changes_neither_state_nor_later_points() -> None:
    looked, other = (told(limit=0.1) for _ in range(2))
    state = looked.state_dict()
    answer = looked.declared_infeasible
    assert looked.state_dict() == state
    pd.testing.assert_frame_equal(looked.ask(2), other.ask(2))
    assert looked.declared_infeasible == answer, "pending points say nothing about constraints"


def test_the_answer_is_kept_until_something_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    optimizer, asked = told(limit=0.05), []
    original = type(optimizer.recommender).declares_infeasible

    def counted(self: Any, request: Any) -> bool | None:
        asked.append(request)
        return original(self, request)

    monkeypatch.setattr(type(optimizer.recommender), "declares_infeasible", counted)
    assert [optimizer.declared_infeasible for _ in range(3)] == [True] * 3
    assert copy.deepcopy(optimizer).declared_infeasible is True
    assert len(asked) == 1
    points = optimizer.history[["a", "b"]]
    optimizer.retell(points, points["a"], constraints=height(points) - 0.3)
    assert optimizer.declared_infeasible is False
    assert len(asked) == 2


def test_a_loaded_state_has_the_same_answer() -> None:
    saved, loaded = told(limit=0.05), RECIPE.build(SPACE, seed=9)
    loaded.load_state_dict(saved.state_dict())
    assert loaded.declared_infeasible is True


def test_failed_evaluations_are_left_out() -> None:
    optimizer = RECIPE.build(SPACE, seed=0)
    points = grid(5)
    limits = height(points) - 0.05
    limits[[3, 7]] = np.nan
    optimizer.tell(points, points["a"], constraints=limits)
    assert optimizer.declared_infeasible is True
    lost = RECIPE.build(SPACE, seed=0)
    lost.tell(points, points["a"], constraints=limits * np.nan)
    assert lost.declared_infeasible is None


def test_it_is_said_of_tables_and_of_mixed_spaces() -> None:
    table = TableSpace(SPACE, grid(6))
    optimizer = HEBORecipe(acquisition=CONFIG(), n_initial=4).build(table, seed=0)
    points = table.decode(table.encode(grid(6).sample(32, random_state=0)))
    optimizer.tell(points, points["a"], constraints=height(points) - 0.05)
    assert optimizer.declared_infeasible is True
    mixed = DesignSpace().parse(
        [*({"name": name, "type": "cat", "categories": list("uvw")} for name in "pqr")]
    )
    other = CombinatorialRecipe(acquisition=CONFIG(), n_initial=4).build(mixed, seed=0)
    points = other.ask(12)
    other.tell(points, range(12), constraints=[1.0 + 0.1 * number for number in range(12)])
    assert other.declared_infeasible is not None
