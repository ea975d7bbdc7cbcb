from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from hebo.errors import EvaluationError
from hebo.objective.curve import MAX_KEPT, Curve


def test_a_report_takes_a_value_or_named_ones() -> None:
    curve = Curve()
    curve.report(0, 0.5)
    curve.report(1, {"loss": np.float32(0.25)})
    curve.report(2, loss=None, accuracy=float("nan"))
    assert curve.rows == [
        {"step": 0, "value": 0.5},
        {"step": 1, "loss": 0.25},
        {"step": 2, "loss": None, "accuracy": None},
    ]
    assert curve.added_to({"loss": 1.0}) == {"loss": 1.0, "intermediate": curve.rows}


def test_nothing_is_added_where_nothing_was_reported() -> None:
    assert Curve().added_to({"loss": 1.0}) == {"loss": 1.0}


@pytest.mark.parametrize("n", [1, MAX_KEPT, MAX_KEPT + 1, 2 * MAX_KEPT + 3, 10_000])
def test_a_long_curve_is_thinned_evenly_with_both_of_its_ends(n: int) -> None:
    curve = Curve()
    for step in range(n):
        curve.add({"step": step})
    steps = [row["step"] for row in curve.rows]
    assert steps[0] == 0
    assert steps[-1] == n - 1
    assert len(steps) <= MAX_KEPT + 1
    assert len({b - a for a, b in pairwise(steps[:-1])}) <= 1


@pytest.mark.parametrize(
    ("step", "value", "said"),
    [
        ("one", 0.5, "the step 'one' is no number"),
        (True, 0.5, "the step True is no number"),
        (1, "low", "got 'low' (str) for 'value'; expected a real number"),
        (1, np.zeros(3), "shape (3,) for 'value'"),
    ],
)
def test_a_report_of_something_else_is_refused(step: Any, value: object, said: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        Curve().report(step, value)
    assert said in str(caught.value)
