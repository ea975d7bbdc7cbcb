"""Tests of `hebo.surrogates.subset`."""

from __future__ import annotations

import torch

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.subset import best_and_random, best_near_random, one_of_each


def test_the_best_third_is_always_among_those_chosen() -> None:
    y = torch.arange(100.0).flip(0)
    chosen = best_and_random(y, 30, make_generator(0))
    assert len(set(chosen.tolist())) == 30
    assert set(range(10)) <= set(chosen.tolist())
    assert best_and_random(y, 100, make_generator(0)).tolist() == list(range(100))


def test_one_observation_stands_for_each_value() -> None:
    y = torch.tensor([2.0, 1.0, 2.0, 3.0, 1.0, 2.0])
    chosen = [one_of_each(y, make_generator(seed)) for seed in range(40)]
    assert all(y[one].sort().values.tolist() == [1.0, 2.0, 3.0] for one in chosen)
    assert all((one.diff() > 0).all() for one in chosen)
    assert {int(one[y[one] == 2.0]) for one in chosen} == {0, 2, 5}


def test_without_ties_all_observations_are_kept() -> None:
    y = torch.tensor([0.3, -1.0, 7.0])
    assert one_of_each(y, make_generator(0)).tolist() == [0, 1, 2]


SPACE = DesignSpace().parse(
    [{"name": "a", "type": "num", "lb": 0, "ub": 10}, {"name": "c", "type": "cat", "categories": ["u", "v"]}]
)


def scattered(n: int) -> Data:
    x = SPACE.sample(n, generator=make_generator(0))
    return Data(x, -(x[:, :1] - 4.0).abs() - x[:, 1:])


def test_predictions_use_the_best_the_nearest_and_random_observations() -> None:
    data = scattered(300)
    chosen = best_near_random(data, SPACE, 30, make_generator(1))
    rows = {tuple(one) for one in chosen.x.tolist()}
    order = data.y[:, 0].argsort(descending=True)
    assert len(rows) == len(chosen.x) == 30
    assert {tuple(one) for one in data.x[order[:10]].tolist()} <= rows
    best, left = data.x[order[0]], data.x[order[10:]]
    distance = ((left[:, 0] - best[0]) / 10) ** 2 + (left[:, 1] != best[1])
    assert {tuple(one) for one in left[distance.argsort()[:10]].tolist()} <= rows
    again = best_near_random(data, SPACE, 30, make_generator(1))
    assert torch.equal(again.x, chosen.x)
    assert chosen.x[:, 0].max() > 9  # random ones come from anywhere


def test_few_observations_are_all_used_in_their_order() -> None:
    data = scattered(30)
    assert best_near_random(data, SPACE, 30, make_generator(1)) is data
