"""Tests of `mcbo.recommenders.bandit`: rewards worked by hand, odds that follow, numbers near the best."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import pytest
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from mcbo.recommenders.bandit import Bandit

PAIR = DesignSpace().parse([{"name": "c", "type": "cat", "categories": list("uv")}])
MIXED = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "c", "type": "cat", "categories": list("uvwx")},
        {"name": "b", "type": "bool"},
        {"name": "k", "type": "int", "lb": 0, "ub": 9},
    ]
)


def odds_after(letters: str, values: Sequence[float | None], *, exploration: float = 0.5) -> Tensor:
    """The odds of the letters."""
    recipe = Bandit(exploration=exploration)
    optimizer = recipe.build(PAIR, seed=0)
    optimizer.tell(pd.DataFrame({"c": list(letters)}), values)
    return recipe.bandits(optimizer.data, PAIR).exp3.odds()[0, 0]


def test_the_odds_are_those_of_rewards_worked_by_hand() -> None:
    # One value is no scale: nothing. Then v has the best of two, and the median is the lower: 1. Then u: its
    # best, 2, is the median of 1, 2, 3: nothing.
    weight = math.exp(0.5 * (1 / 0.5) / 2)
    odds = odds_after("uvu", [3.0, 1.0, 2.0])
    assert odds[1].item() == pytest.approx(0.5 * weight / (1 + weight) + 0.25)


def test_a_failure_earns_nothing() -> None:
    with_failure = odds_after("uvvu", [3.0, 1.0, None, 2.0])
    assert with_failure.equal(odds_after("uvu", [3.0, 1.0, 2.0]))


def test_a_category_is_rewarded_for_the_best_value_it_has_had() -> None:
    # The last v is bad, but v has had the best value.
    odds = [
        odds_after(letters, values)[1].item()
        for letters, values in (("uvu", [3.0, 1.0, 9.0]), ("uvuv", [3.0, 1.0, 9.0, 8.0]))
    ]
    assert odds[1] > odds[0]


def test_categories_and_booleans_have_bandits_and_the_good_ones_come_often() -> None:
    recipe = Bandit(n_initial=5)
    optimizer = recipe.build(MIXED, seed=0)
    for _ in range(120):
        x = optimizer.ask(1)
        optimizer.tell(x, (x["c"] != "w").astype(float) + (~x["b"].astype(bool)) + (x["a"] - 0.6) ** 2)
    odds = recipe.bandits(optimizer.data, MIXED).exp3.odds()[0]
    assert odds.shape == (2, 4)
    assert odds[0].argmax().item() == 2
    assert odds[1, 1] > 0.5


def test_half_of_the_points_take_their_numbers_from_near_the_best() -> None:
    optimizer = Bandit(n_initial=1).build(MIXED, seed=0)
    best = {"a": [0.123], "c": ["w"], "b": [True], "k": [7]}
    optimizer.tell(pd.DataFrame(best), [0.0])
    asked = optimizer.ask(60)
    near = ((asked["a"] - 0.123).abs() < 1e-9) | (asked["k"] == 7)
    assert 0.25 < near.mean() < 0.75  # a tenth by chance


def test_a_space_without_categories_is_searched_too() -> None:
    space = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
    optimizer = Bandit().build(space, seed=0)
    for _ in range(120):
        x = optimizer.ask(1)
        optimizer.tell(x, ((x["a"] - 0.3) ** 2 + (x["b"] - 0.8) ** 2).to_numpy())
    assert optimizer.best_y < 3e-3
