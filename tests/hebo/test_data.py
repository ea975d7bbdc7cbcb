"""Tests of `hebo.data`."""

from __future__ import annotations

import torch

from hebo.data import Data

X = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], dtype=torch.float64)
Y = torch.tensor([[1.0], [torch.nan], [3.0]], dtype=torch.float64)


def test_rows_without_a_value_count_as_failed() -> None:
    assert Data(X, Y).failed.tolist() == [False, True, False]


def test_successes_leave_failed_rows_out() -> None:
    assert Data(X, Y).successes().x.tolist() == [[0.0, 1.0], [4.0, 5.0]]


def test_best_is_the_success_with_the_largest_value() -> None:
    assert Data(X, Y).best.tolist() == [4.0, 5.0]


def test_seen_holds_evaluated_and_pending_points() -> None:
    data = Data(X, Y).with_pending(torch.tensor([[9.0, 9.0]], dtype=torch.float64))
    assert data.seen.tolist() == [*X.tolist(), [9.0, 9.0]]


def test_changes_return_new_data() -> None:
    data = Data(X, Y)
    data.with_pending(X)
    data.with_y(torch.zeros(3, 1))
    assert len(data.pending) == 0
    assert data.y is Y


LIMITS = torch.tensor([[0.0, -1.0], [-1.0, -1.0], [-1.0, 0.5]], dtype=torch.float64)


def test_without_constraints_every_success_is_feasible() -> None:
    assert Data(X, Y).constraints.shape == (3, 0)
    assert Data(X, Y).feasible.tolist() == [True, False, True]


def test_the_best_point_is_feasible() -> None:
    data = Data(X, Y, constraints=LIMITS)
    assert data.feasible.tolist() == [True, False, False]
    assert data.best.tolist() == [0.0, 1.0]
    assert data.merit.tolist() == [1.0, -torch.inf, -torch.inf]
    assert data.feasible_successes().constraints.tolist() == [[0.0, -1.0]]
    assert data.without_constraints().best.tolist() == [4.0, 5.0]


def test_a_row_that_lacks_a_constraint_value_failed() -> None:
    limits = LIMITS.clone()
    limits[0, 1] = torch.nan
    data = Data(X, Y, constraints=limits)
    assert data.failed.tolist() == [True, True, False]
    assert data.successes().x.tolist() == [[4.0, 5.0]]
