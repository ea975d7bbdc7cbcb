"""Tests of `hebo.data`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor

from hebo.data import PER_ROW, Data
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


TWO = torch.tensor([[3.0, 0.0], [2.0, 2.0], [1.0, 2.0], [3.0, 0.0], [0.0, 9.0]], dtype=torch.float64)
POINTS = torch.arange(10.0, dtype=torch.float64).reshape(5, 2)


def test_the_pareto_front_holds_each_competing_row_that_no_other_dominates() -> None:
    assert Data(POINTS, TWO).pareto.tolist() == [True, True, False, True, True]
    infeasible = torch.tensor([[0.0], [0.0], [0.0], [0.0], [1.0]], dtype=torch.float64)
    assert Data(POINTS, TWO, constraints=infeasible).pareto.tolist() == [True, True, False, True, False]
    failed = TWO.clone()
    failed[1] = torch.nan
    assert Data(POINTS, failed).pareto.tolist() == [True, False, True, True, True]


def test_where_nothing_competes_the_pareto_front_is_empty() -> None:
    assert Data(POINTS, torch.full_like(TWO, torch.nan)).pareto.tolist() == [False] * 5


def test_of_one_output_the_pareto_front_is_what_has_the_largest_value() -> None:
    assert Data(POINTS, TWO[:, :1]).pareto.tolist() == [True, False, False, True, False]


def test_an_output_takes_its_variances_along_and_other_values_have_none() -> None:
    data = Data(POINTS, TWO, y_var=TWO + 1)
    second = data.output(1)
    assert second.y.tolist() == TWO[:, 1:].tolist()
    assert second.y_var is not None
    assert second.y_var.tolist() == (TWO[:, 1:] + 1).tolist()
    assert data.with_y(TWO * 2).y_var is None


def test_variances_and_costs_follow_the_rows() -> None:
    data = Data(X, Y, y_var=Y.nan_to_num(7.0), costs=torch.tensor([1.0, 2.0, 3.0]))
    train = data.train()
    assert train.y_var is not None
    assert train.costs is not None
    assert train.y_var[:, 0].tolist() == [1.0, 3.0]
    assert train.costs.tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ({"costs": torch.ones(2)}, "3 points but 2 rows of 'costs'"),
        ({"y_var": torch.ones(3, 2)}, r"values \(3, 1\) but variances \(3, 2\)"),
    ],
)
def test_variances_and_costs_of_another_shape_are_refused(others: dict[str, Tensor], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        Data(X, Y, **others)


@dataclass(frozen=True)
class Labelled(Data):
    """Data with a further field of each kind."""

    label: Tensor = field(default_factory=lambda: torch.tensor([10, 11, 12]), metadata=PER_ROW)
    note: str = ""


COPIES: dict[str, Callable[[Data], Data]] = {
    "successes": Data.successes,
    "feasible_successes": Data.feasible_successes,
    "within": lambda data: data.within(pinned()),
    "projected": lambda data: data.projected(pinned()),
    "train": Data.train,
    "with_y": lambda data: data.with_y(torch.zeros_like(data.y)),
    "output": lambda data: data.output(0),
    "without_constraints": Data.without_constraints,
    "with_pending": lambda data: data.with_pending(data.x[:1]),
    "without_pending": Data.without_pending,
    "to": lambda data: data.to("cpu"),
    "rows": lambda data: data.rows(torch.tensor([False, True, True])),
}


def test_every_method_that_copies_is_among_those_checked_below() -> None:
    returned = {name: one.__annotations__.get("return") for name, one in vars(Data).items() if callable(one)}
    assert {name for name, kind in returned.items() if kind in ("Self", "Data")} == set(COPIES)


@pytest.mark.parametrize("name", COPIES)
def test_a_field_of_a_subclass_survives_every_copy(name: str) -> None:
    data = Labelled(MIXED[:3], Y, label=torch.tensor([10, 11, 12]), note="kept")
    copy = COPIES[name](data)
    assert isinstance(copy, Labelled)
    assert copy.note == "kept"
    kept = {"successes": [10, 12], "feasible_successes": [10, 12], "train": [10, 12], "rows": [11, 12]}
    assert copy.label.tolist() == kept.get(name, [10, 11, 12])


def test_points_of_comparisons_are_seen_and_listed_once() -> None:
    a, b, c = torch.eye(3, dtype=torch.float64).split(1)
    data = Data(a[:0], a[:0, :1], better=torch.cat([a, b]), worse=torch.cat([b, c]), pending=c)
    assert len(data.compared) == 3
    assert len(data.seen) == 4
    assert data.train().better.shape == (2, 3)
    with pytest.raises(AssertionError, match="2 better points but 1 worse"):
        Data(a[:0], a[:0, :1], better=torch.cat([a, b]), worse=c)
