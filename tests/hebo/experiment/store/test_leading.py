from __future__ import annotations

import math
from typing import Any

import pytest

from hebo.experiment.store.leading import Leading, Seen, Standing, context_of, optimum_in
from hebo.outcomes import Objective

NAN = math.nan


def one(*values: float | None, contexts: tuple[str, ...] = ()) -> list[Seen]:
    places = contexts or ("",) * len(values)
    rows = [None if value is None else {"y": value} for value in values]
    return [Seen(row, context) for row, context in zip(rows, places, strict=True)]


def two(*values: tuple[float, float] | None) -> list[Seen]:
    return [Seen(None if value is None else {"a": value[0], "b": value[1]}) for value in values]


def test_one_objective_leads_by_its_best_value_so_far() -> None:
    assert Leading(("y",)).curve(one(3.0, None, 4.0, 1.0)) == [3.0, 3.0, 3.0, 1.0]


def test_before_the_first_success_there_is_none() -> None:
    found = Leading(("y",)).curve(one(None, 2.0))
    assert math.isnan(found[0])
    assert found[1] == 2.0
    assert math.isnan(Standing(("y",)).value({}))


def test_the_scored_value_is_that_of_the_trial_with_the_best_measured_one() -> None:
    trials = [
        Seen({"y": 2.0}, scored={"y": 5.0}),
        Seen({"y": 3.0}, scored={"y": 1.0}),
        Seen({"y": 1.0}, scored={"y": 4.0}),
    ]
    assert Leading(("y",)).curve(trials) == [5.0, 5.0, 4.0]


def test_contexts_are_averaged_and_never_compared() -> None:
    trials = one(1.0, 101.0, 0.5, 99.0, contexts=("a", "b", "a", "b"))
    assert Leading(("y",)).curve(trials) == [1.0, 51.0, 50.75, 49.75]


def test_with_the_least_value_of_each_context_the_mean_is_that_of_regrets() -> None:
    trials = one(1.0, 101.0, 0.5, contexts=("a", "b", "a"))
    assert Leading(("y",), optima={"a": 0.5, "b": 100.0}).curve(trials) == [0.5, 0.75, 0.5]


def test_a_context_without_a_success_has_no_best_value_and_neither_has_the_mean() -> None:
    found = Leading(("y",)).curve(one(1.0, None, 2.0, contexts=("a", "b", "b")))
    assert found[0] == 1.0
    assert math.isnan(found[1])
    assert found[2] == 1.5


def test_several_objectives_lead_by_minus_the_hypervolume() -> None:
    # Of the unit square: (0, 0.5) dominates a half, (0.5, 0) another half, a quarter of the square is in both.
    found = Leading(("a", "b"), (1.0, 1.0)).curve(two(None, (0.0, 0.5), (0.9, 0.9), (0.5, 0.0)))
    assert found == pytest.approx([0.0, -0.5, -0.5, -0.75])


def test_a_point_that_is_no_better_than_the_reference_adds_nothing() -> None:
    assert Leading(("a", "b"), (1.0, 1.0)).curve(two((0.5, 1.0), (2.0, 0.0))) == [0.0, 0.0]


def test_the_front_of_measured_values_is_scored_without_noise() -> None:
    trials = [
        Seen({"a": 0.0, "b": 0.5}, scored={"a": 0.5, "b": 0.5}),
        Seen({"a": 0.1, "b": 0.6}, scored={"a": 0.0, "b": 0.0}),  # measured as dominated
    ]
    assert Leading(("a", "b"), (1.0, 1.0)).curve(trials) == pytest.approx([-0.25, -0.25])


def test_equal_points_are_all_in_the_front() -> None:
    assert Leading(("a", "b"), (1.0, 1.0)).curve(two((0.5, 0.5), (0.5, 0.5))) == pytest.approx([-0.25, -0.25])


@pytest.mark.parametrize(
    ("params", "names", "text"),
    [
        ({"temp": 20.0, "x": 1, "machine": "B"}, ("temp", "machine"), "temp=20, machine=B"),
        ({"temp": 20.25}, ("temp",), "temp=20.25"),
        ({"x": 1}, (), ""),
        ({"x": 1}, ("temp",), "temp=None"),
    ],
)
def test_a_context_has_a_text(params: dict[str, Any], names: tuple[str, ...], text: str) -> None:
    assert context_of(params, names) == text


@pytest.mark.parametrize(
    ("extras", "value"),
    [
        ({"context_optimum": 1}, 1.0),
        ({"context_optimum": None}, None),
        ({"context_optimum": True}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_trial_may_report_the_least_value_of_its_context(extras: Any, value: float | None) -> None:
    assert optimum_in(extras, Objective(name="y")) == value
    turned = optimum_in(extras, Objective(name="y", goal="maximize"))
    assert turned == (None if value is None else -value)
