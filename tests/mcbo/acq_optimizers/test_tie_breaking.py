"""Tests of `mcbo.acq_optimizers.tie_breaking`: choices that make no difference."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from mcbo.acq_optimizers.tie_breaking import settled

SPACE = DesignSpace().parse(
    [{"name": "a", "type": "num", "lb": 0.0, "ub": 1.0}, *({"name": n, "type": "bool"} for n in "bcd")]
)
COLUMNS = [1, 2, 3]
X = torch.tensor([[0.2, 1, 0, 1], [0.7, 0, 1, 0]], dtype=torch.float64)
HOME = torch.tensor([0, 1, 1], dtype=torch.float64)


def test_choices_that_do_not_count_are_taken_over_and_numbers_stay() -> None:
    def numbers(x: Tensor, owners: Tensor) -> Tensor:
        return x[:, 0] + owners

    x = settled(numbers, SPACE, X, COLUMNS, HOME)
    assert x.tolist() == [[0.2, 0, 1, 1], [0.7, 0, 1, 1]]


def test_a_choice_that_counts_stays_and_one_that_gains_is_taken_over() -> None:
    def first_counts_third_gains(x: Tensor, owners: Tensor) -> Tensor:
        return x[:, 1] + x[:, 3]

    x = settled(first_counts_third_gains, SPACE, X, COLUMNS, HOME)
    assert x.tolist() == [[0.2, 1, 1, 1], [0.7, 0, 1, 1]]


def test_choices_that_count_together_stay_where_each_alone_would_be_free() -> None:
    def one_is_needed(x: Tensor, owners: Tensor) -> Tensor:
        return (x[:, 1:].sum(1) > 0).double()

    start = torch.tensor([[0.5, 1, 1, 0]], dtype=torch.float64)
    x = settled(one_is_needed, SPACE, start, COLUMNS, torch.zeros(3, dtype=torch.float64))
    assert torch.equal(x, start)


def test_points_stay_within_constraints() -> None:
    space = DesignSpace().parse(
        [{"name": name, "type": "int", "lb": 0, "ub": 1} for name in "bcd"],
        constraints=[{"type": "linear", "coefficients": dict.fromkeys("bcd", 1.0), "ub": 2.0}],
    )
    start = torch.tensor([[1.0, 0.0, 1.0]], dtype=torch.float64)
    x = settled(
        lambda x, _: torch.zeros(len(x)), space, start, [0, 1, 2], torch.tensor([0.0, 1.0, 1.0]).double()
    )
    assert space.contains(x).all()
    assert x.tolist() == [[0.0, 1.0, 1.0]]
