"""Tests of `hebo.acq_optimizers.exchange`: all single changes are seen, gains are taken, limits hold."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.acq_optimizers import exchange
from hebo.acq_optimizers.climbing import climb
from hebo.acq_optimizers.exchange import Moves
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "k", "type": "int", "lb": 1, "ub": 40},
        {"name": "c", "type": "cat", "categories": list("uvwxyz")},
        {"name": "b", "type": "bool"},
    ]
)
POOL = SPACE.sample(256, generator=make_generator(0))
TARGET = torch.tensor([0.0, 23.0, 4.0, 1.0], dtype=torch.float64)


def hits(x: Tensor, owners: Tensor) -> Tensor:
    """Zero where every discrete column is on target."""
    off = (x - TARGET)[:, 1:]
    return -(off[:, 0].abs() / 40 + (off[:, 1:] != 0).sum(1))


def test_the_changes_are_single_columns_with_steps_of_powers_of_two() -> None:
    x = torch.tensor([[0.3, 20.0, 2.0, 0.0]], dtype=torch.float64)
    changes = Moves(SPACE, POOL).changes(x)[0]
    assert ((changes != x).sum(1) <= 1).all()
    assert (changes[:, 0] == 0.3).all()
    assert {4, 12, 16, 18, 19, 21, 22, 24, 28, 36} <= set(changes[:, 1].tolist())
    assert set(changes[:, 2].tolist()) == set(range(6))
    assert set(changes[:, 3].tolist()) == {0.0, 1.0}


def test_climbing_reaches_the_target_column_by_column() -> None:
    x = SPACE.sample(6, generator=make_generator(1))
    climbed, _ = climb(hits, Moves(SPACE, POOL), x, n_rounds=9, generator=make_generator(0))
    assert (climbed[:, 1:] == TARGET[1:]).all()
    assert (climbed[:, 0] == x[:, 0]).all()


def test_rounds_are_limited_and_points_do_not_get_worse() -> None:
    x = SPACE.sample(6, generator=make_generator(1))
    climbed, _ = climb(hits, Moves(SPACE, POOL), x, n_rounds=1, generator=make_generator(0))
    assert ((climbed != x).sum(1) <= 1).all()
    assert (hits(climbed, x) >= hits(x, x)).all()


def test_few_points_are_evaluated_where_there_are_many_changes() -> None:
    seen: list[int] = []

    def counted(x: Tensor, owners: Tensor) -> Tensor:
        seen.append(len(x))
        return hits(x, owners)

    x = SPACE.sample(60, generator=make_generator(1))
    climb(counted, Moves(SPACE, POOL), x, n_rounds=2, generator=make_generator(0))
    assert max(seen) <= exchange.MAX_POINTS


def test_pinned_columns_and_continuous_spaces_have_no_moves() -> None:
    fixed = SPACE.fix({"k": 3, "c": "u", "b": True})
    assert not Moves(fixed, fixed.sample(50, generator=make_generator(0)))


def test_orders_change_by_moving_an_item() -> None:
    space = DesignSpace().parse([{"name": "p", "type": "permutation", "length": 6}])
    target = torch.tensor([5.0, 3.0, 1.0, 0.0, 2.0, 4.0], dtype=torch.float64)

    def near(x: Tensor, owners: Tensor) -> Tensor:
        return -(x - target).square().sum(1)

    pool = space.sample(64, generator=make_generator(0))
    climbed, _ = climb(near, Moves(space, pool), pool[:5], n_rounds=12, generator=make_generator(0))
    assert space.contains(climbed).all()
    assert (near(climbed, climbed) > near(pool[:5], pool) / 2).all()
