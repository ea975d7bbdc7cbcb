"""Tests of `hebo.descent.bfgs`."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.descent.bfgs import minimize_bfgs

LOWER, UPPER = torch.tensor([-2.0, -2.0]).double(), torch.tensor([2.0, 2.0]).double()


def rosenbrock(x: Tensor) -> tuple[Tensor, Tensor]:
    a, b = x.unbind(-1)
    value = (1 - a).square() + 100 * (b - a.square()).square()
    gradient = torch.stack([-2 * (1 - a) - 400 * a * (b - a.square()), 200 * (b - a.square())], dim=-1)
    return value, gradient


def starts(n: int) -> Tensor:
    return 4 * torch.rand(n, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) - 2


def test_every_problem_reaches_the_minimum_of_a_curved_valley() -> None:
    found = minimize_bfgs(rosenbrock, starts(20), lower=LOWER, upper=UPPER, max_calls=300, tolerance=1e-12)
    torch.testing.assert_close(found.x, torch.ones(20, 2).double(), atol=1e-3, rtol=0)
    assert found.n_calls < 150  # about 60 for the slowest; steepest descent needs thousands


def test_problems_do_not_interact() -> None:
    together = minimize_bfgs(rosenbrock, starts(5), lower=LOWER, upper=UPPER, max_calls=40)
    for row, x in zip(starts(5), together.x, strict=True):
        alone = minimize_bfgs(rosenbrock, row.unsqueeze(0), lower=LOWER, upper=UPPER, max_calls=40)
        torch.testing.assert_close(alone.x[0], x)


def test_a_minimum_outside_the_box_is_met_on_its_face() -> None:
    upper = torch.tensor([0.5, 2.0]).double()
    found = minimize_bfgs(
        rosenbrock, starts(8).clamp_max(0.5), lower=LOWER, upper=upper, max_calls=300, tolerance=1e-12
    )
    torch.testing.assert_close(found.x, torch.tensor([[0.5, 0.25]]).double().expand(8, 2), atol=1e-3, rtol=0)


def test_impossible_points_are_stepped_back_from() -> None:
    def wall(x: Tensor) -> tuple[Tensor, Tensor]:
        value, gradient = rosenbrock(x)
        return torch.where(x[:, 0] > 0.9, torch.inf, value), gradient

    found = minimize_bfgs(wall, starts(6).clamp_max(0.8), lower=LOWER, upper=UPPER, max_calls=200)
    assert (found.x[:, 0] <= 0.9).all()
    assert (found.value < wall(starts(6).clamp_max(0.8))[0]).all()


def test_the_inverse_hessian_of_a_quadratic_is_learnt() -> None:
    matrix = torch.tensor([[3.0, 1.0], [1.0, 2.0]]).double()

    def quadratic(x: Tensor) -> tuple[Tensor, Tensor]:
        return 0.5 * (x @ matrix * x).sum(-1), x @ matrix

    found = minimize_bfgs(quadratic, starts(3), lower=LOWER, upper=UPPER, tolerance=1e-14, max_calls=200)
    inverse = torch.linalg.inv(matrix).expand(3, 2, 2)
    torch.testing.assert_close(found.inverse_hessian, inverse, atol=0.05, rtol=0)


def test_a_start_with_no_value_stays_where_it_is() -> None:
    def broken(x: Tensor) -> tuple[Tensor, Tensor]:
        return torch.full((len(x),), torch.inf).double(), torch.zeros_like(x)

    found = minimize_bfgs(broken, starts(2), lower=LOWER, upper=UPPER)
    torch.testing.assert_close(found.x, starts(2))
    assert found.n_calls == 1
