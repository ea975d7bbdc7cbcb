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
