"""Tests of `hebo.acq_optimizers.ascent`: maxima of known functions are reached, bounds and pins hold."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.acq_optimizers.ascent import ascend
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator

BOX = DesignSpace().parse([{"name": name, "type": "num", "lb": -2, "ub": 2} for name in "ab"])
MIXED = DesignSpace().parse(
    [{"name": "a", "type": "num", "lb": -2, "ub": 2}, {"name": "k", "type": "int", "lb": 0, "ub": 9}]
)


def banana(x: Tensor) -> Tensor:
    """Rosenbrock's function upside down; its only maximum, 0, is at (1, 1)."""
    return -((1 - x[:, 0]).square() + 10 * (x[:, 1] - x[:, 0].square()).square())


def test_every_point_reaches_the_top_of_a_curved_ridge() -> None:
    x = BOX.sample(20, generator=make_generator(0))
    reached = ascend(banana, BOX, x, n_rounds=60)
    torch.testing.assert_close(reached, torch.ones_like(x), atol=1e-3, rtol=0)


def test_points_do_not_disturb_each_other() -> None:
    x = BOX.sample(5, generator=make_generator(0))
    together = ascend(banana, BOX, x, n_rounds=10)
    alone = torch.cat([ascend(banana, BOX, row.unsqueeze(0), n_rounds=10) for row in x])
    torch.testing.assert_close(together, alone)


def test_no_point_gets_worse() -> None:
    x = BOX.sample(50, generator=make_generator(1))

    def wavy(z: Tensor) -> Tensor:
        return torch.sin(9 * z).sum(1)

    assert (wavy(ascend(wavy, BOX, x, n_rounds=5)) >= wavy(x)).all()


def test_a_maximum_beyond_a_bound_is_found_on_it() -> None:
    target = torch.tensor([3.0, 0.5], dtype=torch.float64)
    x = torch.tensor([[0.0, -1.0], [2.0, -2.0]], dtype=torch.float64)
    reached = ascend(lambda z: -(z - target).square().sum(1), BOX, x, n_rounds=15)
    torch.testing.assert_close(reached, torch.tensor([[2.0, 0.5]] * 2, dtype=torch.float64))


def test_discrete_and_pinned_columns_stay() -> None:
    x = torch.tensor([[0.0, 4.0]], dtype=torch.float64)
    reached = ascend(lambda z: -(z - 1.0).square().sum(1), MIXED, x, n_rounds=15)
    torch.testing.assert_close(reached, torch.tensor([[1.0, 4.0]], dtype=torch.float64))
    pinned = ascend(lambda z: -(z - 1.0).square().sum(1), MIXED.fix({"a": 0.0}), x, n_rounds=15)
    assert pinned.tolist() == x.tolist()


def test_a_constraint_holds_where_the_gradient_leads_out() -> None:
    space = DesignSpace().parse(
        [{"name": name, "type": "num", "lb": -2, "ub": 2} for name in "ab"],
        constraints=[{"type": "linear", "coefficients": {"a": 1.0, "b": 1.0}, "ub": 1.0}],
    )
    x = torch.tensor([[-1.0, 0.3]], dtype=torch.float64)
    reached = ascend(lambda z: -(z - 2.0).square().sum(1), space, x, n_rounds=30)
    assert space.contains(reached).all()
    torch.testing.assert_close(reached, torch.full((1, 2), 0.5, dtype=torch.float64), atol=0.02, rtol=0)


def test_a_function_without_a_gradient_moves_nothing() -> None:
    x = BOX.sample(3, generator=make_generator(0))
    assert ascend(lambda z: (z > 0).to(z).sum(1), BOX, x, n_rounds=5).tolist() == x.tolist()
