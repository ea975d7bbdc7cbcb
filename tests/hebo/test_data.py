"""Tests of `hebo.data`."""

from __future__ import annotations

import pytest
import torch

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.domain import Domain

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


def pinned(category: str = "v") -> Domain:
    """The part of a number and a category where the category is pinned."""
    definition = [
        {"name": "a", "type": "num", "lb": 0, "ub": 9},
        {"name": "c", "type": "cat", "categories": ["u", "v", "w"]},
    ]
    return DesignSpace().parse(definition).fix({"c": category})


MIXED = torch.tensor([[1.0, 0.0], [2.0, 1.0], [3.0, 1.0], [4.0, 0.0]], dtype=torch.float64)
VALUES = torch.tensor([[9.0], [1.0], [2.0], [8.0]], dtype=torch.float64)


def test_only_points_in_the_domain_of_an_ask_compete_for_its_incumbent() -> None:
    data = Data(MIXED, VALUES).within(pinned())
    assert data.inside.tolist() == [False, True, True, False]
    assert data.best.tolist() == [3.0, 1.0]
    assert data.merit.tolist() == [-torch.inf, 1.0, 2.0, -torch.inf]


def test_where_no_success_lies_in_the_domain_all_points_compete() -> None:
    assert Data(MIXED, VALUES).within(pinned("w")).best.tolist() == [1.0, 0.0]
    failed = torch.where(MIXED[:, 1:] == 1.0, torch.nan, VALUES)
    assert Data(MIXED, failed).within(pinned()).best.tolist() == [1.0, 0.0]


def test_points_are_projected_into_the_domain_of_an_ask() -> None:
    data = Data(MIXED, VALUES).projected(pinned())
    assert data.x.tolist() == [[1.0, 1.0], [2.0, 1.0], [3.0, 1.0], [4.0, 1.0]]
    assert data.y is VALUES


def test_a_point_that_breaks_an_input_constraint_is_never_the_best() -> None:
    data = Data(MIXED, VALUES, allowed=torch.tensor([False, True, True, True]))
    assert data.best.tolist() == [4.0, 0.0]
    assert data.feasible_successes().x.tolist() == MIXED[1:].tolist()
    assert len(data.train().x) == 4


def test_ranked_points_begin_with_those_of_the_domain() -> None:
    found = Data(MIXED, VALUES).within(pinned()).ranked()
    assert found[:, 0].tolist() == [3.0, 2.0, 1.0, 4.0]


def test_training_data_have_neither_failures_nor_pending_points() -> None:
    data = Data(X, Y).with_pending(X[:1]).train()
    assert data.x.tolist() == [[0.0, 1.0], [4.0, 5.0]]
    assert data.pending.shape == (0, 2)


def test_a_mask_of_another_length_is_refused() -> None:
    with pytest.raises(AssertionError, match="3 points but 2 rows of 'allowed'"):
        Data(X, Y, allowed=torch.tensor([True, False]))
