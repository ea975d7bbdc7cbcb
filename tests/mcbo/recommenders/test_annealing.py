"""Tests of `mcbo.recommenders.annealing`: the chain is that of the Metropolis rule, replayed."""

from __future__ import annotations

import math

import pytest
import torch
from pydantic import ValidationError

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from mcbo.recommenders.annealing import Annealing

SPACE = DesignSpace().parse(
    [{"name": f"c{i}", "type": "cat", "categories": list(range(4))} for i in range(6)]
)


def told(values: list[float]) -> Data:
    x = SPACE.sample(len(values), generator=make_generator(0))
    return Data(x, torch.tensor(values, dtype=torch.float64).unsqueeze(1))


def test_the_temperature_falls_geometrically_and_starts_anew() -> None:
    annealer = Annealing(n_cooling=10, t_initial=1.0, t_final=0.01)
    assert annealer.temperature(0) == pytest.approx(1.0)
    assert annealer.temperature(5) == pytest.approx(0.1)
    assert annealer.temperature(9) == pytest.approx(0.01**0.9)
    assert annealer.temperature(10) == pytest.approx(1.0)


def test_the_spread_is_that_of_the_first_successes() -> None:
    annealer = Annealing(n_initial=3)
    assert annealer.spread(told([0.0, float("nan"), 5.0, 10.0, 99.0])) == pytest.approx(8.0)
    assert annealer.spread(told([float("nan")])) == 0.0


def test_the_chain_starts_at_the_best_initial_point_and_takes_every_gain() -> None:
    annealer = Annealing(n_initial=3)
    assert annealer.chain(told([1.0, 4.0, 2.0]), 0).here == 1
    assert annealer.chain(told([1.0, 4.0, 2.0, 4.5]), 0).here == 3
    assert annealer.chain(told([1.0, 4.0, 2.0, float("nan")]), 0).here == 1


def test_losses_are_accepted_as_often_as_the_temperature_says() -> None:
    # Spread 8, temperature 0.5 * 8 = 4 in the first step, a loss of 4: one in e.
    recipe = Annealing(n_initial=3, t_initial=0.5, n_cooling=1000)
    accepted = [recipe.chain(told([0.0, 5.0, 10.0, 6.0]), seed).here == 3 for seed in range(2000)]
    assert sum(accepted) / 2000 == pytest.approx(math.exp(-1), abs=0.03)


def test_a_cold_chain_takes_no_loss() -> None:
    recipe = Annealing(n_initial=3, t_initial=1e-9, t_final=1e-9)
    assert all(recipe.chain(told([0.0, 5.0, 10.0, 9.99]), seed).here == 2 for seed in range(50))


def test_after_cooling_the_chain_goes_back_to_the_best_point() -> None:
    recipe = Annealing(n_initial=2, n_cooling=4, t_initial=1e6, t_final=1e6)  # takes everything
    values = [1.0, 9.0, 8.0, 7.0, 6.0, 5.0]
    assert recipe.chain(told(values), 0).here == 5
    assert recipe.chain(told([*values, 4.0]), 0).here == 1
    assert recipe.chain(told([*values, 4.0, 3.0]), 0).here == 7


def test_suggestions_are_single_changes_of_where_the_chain_is() -> None:
    optimizer = Annealing(n_initial=4).build(SPACE, seed=0)
    first = optimizer.ask(4)
    optimizer.tell(first, [3.0, 1.0, 0.0, 2.0])
    asked = optimizer.ask(10)
    assert ((asked != first.iloc[2]).sum(axis=1) == 1).all()


def test_a_chain_that_would_heat_up_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"t_final = 0\.5 is above t_initial = 0\.1"):
        Annealing(t_initial=0.1, t_final=0.5)
