"""Tests of `hebo.surrogates.subset`."""

from __future__ import annotations

import torch

from hebo.random import make_generator
from hebo.surrogates.subset import best_and_random, one_of_each


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
