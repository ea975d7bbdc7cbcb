"""Tests of `hebo.recommenders.at_conditions` in the loop: which conditions are evaluated."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from pandas import DataFrame
from pydantic import ValidationError

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.improvement import LogEI
from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.recommenders.at_conditions import AtConditions
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.recommenders.random import RandomSearch
from hebo.surrogates.averaged import Averaged
from hebo.surrogates.warped_gp import WarpedGP
from hebo.testing.recommenders import check_recommender
from hebo.transforms.power import Standardize

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "k", "type": "int", "lb": 0, "ub": 9},
        {"name": "t", "type": "cat", "categories": ["cold", "warm", "hot", "never"]},
    ]
)
CONDITIONS: list[dict[str, Any]] = [{"t": "cold"}, {"t": "warm"}, {"t": "hot"}]


def loop(conditions: list[dict[str, Any]] | None = None, **settings: Any) -> AtConditions:
    return AtConditions(
        of=BayesOptRecipe(
            surrogate=Averaged(of=WarpedGP(), conditions=conditions or CONDITIONS),
            acquisition=LogEI(),
            acq_optimizer=NSGA2(population=20, n_generations=4),
            output_transform=Standardize(),
            **{"n_initial": 6, **settings},
        )
    )


def cost(points: DataFrame) -> Any:
    """Return the distance from a place that depends on the condition; its mean is least at 0.5."""
    best = points["t"].map({"cold": 0.2, "warm": 0.6, "hot": 0.7, "never": 5.0})
    return (points["a"] - best) ** 2 + 0.01 * (points["k"] - 4) ** 2


def play(optimizer: Optimizer, n: int, batch: int = 1) -> DataFrame:
    asked = []
    for _ in range(n):
        points = optimizer.ask(batch)
        optimizer.tell(points, cost(points))
        asked.append(points)
    return pd.concat(asked, ignore_index=True)


def test_space_filling_points_take_the_conditions_in_turn() -> None:
    points = loop().build(SPACE, seed=0).ask(6)
    assert points["t"].tolist() == ["cold", "warm", "hot"] * 2
    assert points["a"].nunique() == 6


@pytest.mark.parametrize("batch", [1, 8])
def test_only_conditions_are_evaluated_and_each_of_them_is(batch: int) -> None:
    points = play(loop().build(SPACE, seed=0), 24 // batch, batch)
    assert set(points["t"]) == {"cold", "warm", "hot"}
    assert points["t"][6:].value_counts().min() >= 3
    assert not points.duplicated().any()


def test_the_model_is_that_of_the_mean_and_points_gather_near_its_optimum() -> None:
    optimizer = loop().build(SPACE, seed=1)
    points = play(optimizer, 24)
    assert (points["a"][14:] - 0.5).abs().median() < 0.2
    frame = DataFrame({"a": [0.2, 0.5, 0.7], "k": 4, "t": "hot"})
    means = optimizer.fit_model().means(SPACE.encode(frame))  # type: ignore[operator]  # a risk model
    assert int(means.argmax()) == 1


def test_a_pinned_condition_is_kept_and_a_half_pinned_one_refused() -> None:
    optimizer = loop().build(SPACE, seed=0)
    play(optimizer, 7)
    assert set(optimizer.ask(3, fixed={"t": "never"})["t"]) == {"never"}
    assert set(optimizer.ask(2, fixed={"k": 3})["k"]) == {3}
    both = loop([{"t": "cold", "k": 1}, {"t": "hot", "k": 2}]).build(SPACE, seed=0)
    with pytest.raises(IncompatibleError, match=r"'t' is pinned and 'k' is not.*pin all or none"):
        both.ask(fixed={"t": "cold"})


def test_conditions_that_input_constraints_exclude_are_left_out() -> None:
    space = DesignSpace().parse(
        [{"name": "a", "type": "num", "lb": 0, "ub": 1}, {"name": "t", "type": "num", "lb": 0, "ub": 1}],
        constraints=[{"type": "linear", "coefficients": {"a": 1, "t": 1}, "ub": 1.2}],
    )
    optimizer = loop([{"t": 0.0}, {"t": 1.0}], n_initial=4).build(space, seed=0)
    for _ in range(8):
        points = optimizer.ask()
        assert space.contains(space.encode(points)).all()
        optimizer.tell(points, (points["a"] - 0.7) ** 2)


def test_a_condition_without_a_point_is_refused_by_name() -> None:
    space = DesignSpace().parse(
        [{"name": "a", "type": "num", "lb": 0.5, "ub": 1}, {"name": "t", "type": "num", "lb": 0, "ub": 1}],
        constraints=[{"type": "linear", "coefficients": {"a": 1, "t": 1}, "ub": 1.2}],
    )
    with pytest.raises(IncompatibleError, match=r"condition \{'t': 0\.9\} is out of reach"):
        loop([{"t": 0.1}, {"t": 0.9}]).build(space, seed=0)


def test_failures_and_pending_points_are_borne() -> None:
    optimizer = loop().build(SPACE, seed=0)
    points = optimizer.ask(8)
    values = cost(points)
    values[points["t"] == "hot"] = None
    optimizer.tell(points, values)
    pending = optimizer.ask(3)
    again = optimizer.ask(3)
    assert not pd.concat([pending, again]).duplicated().any()


def test_a_finite_space_is_exhausted_design_by_design_and_condition_by_condition() -> None:
    space = DesignSpace().parse(
        [
            {"name": "k", "type": "int", "lb": 0, "ub": 2},
            {"name": "t", "type": "cat", "categories": ["x", "y"]},
        ]
    )
    optimizer = loop([{"t": "x"}, {"t": "y"}], n_initial=2).build(space, seed=0)
    asked = []
    for number in range(6):
        points = optimizer.ask()
        optimizer.tell(points, [float(number % 3)])
        asked.append(points)
    assert len(pd.concat(asked).drop_duplicates()) == 6


def test_the_contract_of_recommenders_is_kept() -> None:
    check_recommender(loop(n_initial=3), SPACE)


def test_what_says_nothing_about_conditions_is_refused() -> None:
    plain = loop().of.model_copy(update={"surrogate": WarpedGP()})
    others: list[Recommender] = [RandomSearch(), plain]
    for other in others:
        with pytest.raises(ValidationError, match="says nothing about conditions; use bayes_opt_loop"):
            AtConditions(of=other)


def test_tables_are_refused_by_name() -> None:
    rows = DataFrame({"a": [0.1, 0.2], "k": [1, 2], "t": ["cold", "hot"]})
    with pytest.raises(IncompatibleError, match="rows of a table come with their conditions"):
        loop().build(TableSpace(SPACE, rows), seed=0)
