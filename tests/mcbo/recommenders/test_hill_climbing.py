"""Tests of `mcbo.recommenders.hill_climbing`: where a climb stands, and what it evaluates next."""

from __future__ import annotations

import pandas as pd
import pytest
import torch

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from mcbo.recommenders.hill_climbing import HillClimbing

SPACE = DesignSpace().parse(
    [{"name": f"c{i}", "type": "cat", "categories": list(range(4))} for i in range(6)]
)
NUMBERS = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])


def told(*values: float) -> Data:
    x = SPACE.sample(len(values), generator=make_generator(0))
    return Data(x, torch.tensor(values, dtype=torch.float64).unsqueeze(1))


def test_a_climb_counts_what_was_in_vain_since_its_best_point() -> None:
    climber = HillClimbing(n_initial=2, patience=4)
    state = climber.climb(told(3.0, 1.0, 2.0, 5.0, 4.0, float("nan")), SPACE)
    assert (state.n_points, state.best, state.peak, state.n_idle) == (6, 3, 5.0, 2)


def test_patience_does_not_count_the_initial_points_and_ends_the_climb() -> None:
    climber = HillClimbing(n_initial=3, patience=2)
    assert climber.climb(told(3.0, 1.0, 2.0), SPACE).n_idle == 0
    ended = climber.climb(told(3.0, 1.0, 2.0, 1.0, 1.0), SPACE)
    assert (ended.n_points, ended.best) == (0, None)
    second = climber.climb(told(3.0, 1.0, 2.0, 1.0, 1.0, 0.5), SPACE)
    assert (second.n_points, second.best, second.peak) == (1, 5, 0.5)


def test_the_untried_neighbors_of_the_best_point_come_first() -> None:
    optimizer = HillClimbing(n_initial=3).build(SPACE, seed=0)
    first = optimizer.ask(3)
    optimizer.tell(first, [2.0, 0.0, 1.0])
    best = first.iloc[1]
    asked = pd.concat([optimizer.ask(n) for n in (1, 5, 12)])
    assert ((asked != best).sum(axis=1) == 1).all()
    assert len(asked.drop_duplicates()) == 18  # all there are


def test_a_number_is_approached_by_steps_of_all_sizes() -> None:
    optimizer = HillClimbing(n_initial=5, patience=60).build(NUMBERS, seed=0)
    for _ in range(150):
        x = optimizer.ask(1)
        optimizer.tell(x, ((x["a"] - 0.3) ** 2 + (x["b"] - 0.8) ** 2).to_numpy())
    assert optimizer.best_y < 1e-4


@pytest.mark.parametrize(("space", "patience"), [(SPACE, 20), (NUMBERS, 20)])
def test_patience_is_twenty_at_least(space: DesignSpace, patience: int) -> None:
    assert HillClimbing().patience_in(space) == patience


def test_patience_is_as_long_as_a_point_has_neighbors() -> None:
    space = DesignSpace().parse(
        [
            *({"name": f"c{i}", "type": "cat", "categories": list(range(11))} for i in range(3)),
            {"name": "k", "type": "int", "lb": 0, "ub": 9},
        ]
    )
    assert HillClimbing().patience_in(space) == 32
