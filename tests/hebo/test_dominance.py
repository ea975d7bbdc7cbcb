"""Tests of `hebo.dominance`: the order of value vectors, by hand."""

from __future__ import annotations

import torch

from hebo.data import Data
from hebo.dominance import crowding_distance, front_advances, pareto_merit

Y = torch.tensor([[0.0, 4.0], [1.0, 1.0], [3.0, 3.0], [4.0, 0.0], [2.0, 2.5]], dtype=torch.float64)
EVERY = torch.ones(5, dtype=torch.bool)


def test_fronts_come_one_after_the_other() -> None:
    merit = pareto_merit(Y, EVERY)
    assert set(merit.argsort(descending=True)[:3].tolist()) == {0, 2, 3}
    assert merit.argsort(descending=True)[3:].tolist() == [4, 1]


def test_rows_that_do_not_count_come_last() -> None:
    counted = torch.tensor([False, True, False, True, True])
    assert pareto_merit(Y, counted)[[0, 2]].tolist() == [-torch.inf, -torch.inf]


def test_within_a_front_the_ends_come_first_and_then_the_most_isolated() -> None:
    front = torch.tensor([[0.0, 10.0], [1.0, 9.0], [2.0, 8.0], [6.0, 4.0], [10.0, 0.0]], dtype=torch.float64)
    assert crowding_distance(front)[[0, 4]].tolist() == [torch.inf, torch.inf]
    assert pareto_merit(front, EVERY).argsort(descending=True).tolist()[2:] == [3, 2, 1]


def test_a_front_advances_with_each_row_that_no_earlier_one_equals_or_beats() -> None:
    y = torch.tensor([[1.0, 1.0], [0.0, 2.0], [1.0, 1.0], [0.5, 0.5], [2.0, 2.0]], dtype=torch.float64)
    assert front_advances(y, EVERY).tolist() == [1.0, 2.0, 2.0, 2.0, 3.0]
    skipped = torch.tensor([True, False, True, True, True])
    assert front_advances(y, skipped).tolist() == [1.0, -torch.inf, 1.0, 1.0, 2.0]


def test_the_best_of_several_objectives_is_on_the_front() -> None:
    data = Data(torch.arange(5.0).double().unsqueeze(-1), Y)
    assert float(data.best) in {0.0, 2.0, 3.0}
    assert data.ranked()[:, 0].tolist()[3:] == [4.0, 1.0]
    assert data.pareto.tolist() == [True, False, True, True, False]
