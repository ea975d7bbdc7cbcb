"""Tests of `hebo.acq_optimizers.screening`: the pool is feasible, spread out, and dense near the start."""

from __future__ import annotations

import torch

from hebo.acq_optimizers.screening import perturb, screen
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -5, "ub": 5},
        {"name": "k", "type": "int", "lb": 1, "ub": 100},
        {"name": "c", "type": "cat", "categories": list("uvwxyz")},
    ],
    constraints=[{"type": "linear", "coefficients": {"a": 1.0, "k": 0.1}, "ub": 6.0}],
)
START = torch.tensor([[0.0, 30.0, 2.0]], dtype=torch.float64)


def test_the_pool_is_feasible_and_begins_with_the_start() -> None:
    pool = screen(SPACE, 200, generator=make_generator(0), start=START)
    assert SPACE.contains(pool).all()
    assert pool[0].tolist() == START[0].tolist()
    assert ((pool - START).abs()[:, 0] < 0.1).sum() > 20


def test_without_a_start_the_pool_is_a_plain_sample() -> None:
    pool = screen(SPACE, 64, generator=make_generator(0))
    assert pool.tolist() == SPACE.sample(64, generator=make_generator(0)).tolist()


def test_every_perturbed_point_moves_some_columns_not_all() -> None:
    near = perturb(START, SPACE, 300, generator=make_generator(0))
    numbers = (near != START)[:, :2]
    assert 0.2 < numbers.double().mean() < 0.6
    steps = (near - START).abs()[:, 0]
    assert steps[steps > 0].min() < 0.01 < 1.0 < steps.max()
