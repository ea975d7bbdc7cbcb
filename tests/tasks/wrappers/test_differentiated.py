"""Tests of `tasks.wrappers.differentiated`: derivatives in natural units, at bounds, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.random import Generator
from pydantic import ValidationError

from tasks.base import Task
from tasks.multi_objective.branin_currin import BraninCurrin
from tasks.synthetic.branin import Branin
from tasks.synthetic.sphere import Sphere
from tasks.wrappers.costed import Costed
from tasks.wrappers.differentiated import Differentiated
from tasks.wrappers.noisy import Noisy


class Product(Task):
    """`rate^2 a + k`, of a logarithmic rate, a number, a whole number and a category."""

    def parameters(self) -> list[dict[str, Any]]:
        return [
            {"name": "rate", "type": "pow", "lb": 1e-3, "ub": 10.0},
            {"name": "a", "type": "num", "lb": -2.0, "ub": 4.0},
            {"name": "k", "type": "int", "lb": 0, "ub": 5},
            {"name": "c", "type": "cat", "categories": ["u", "v"]},
        ]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Any:
        return frame["rate"].to_numpy() ** 2 * frame["a"].to_numpy() + frame["k"].to_numpy()


FRAME = pd.DataFrame(
    {"rate": [0.5, 1e-3, 10.0], "a": [1.0, -2.0, 4.0], "k": [1, 2, 3], "c": ["u", "v", "u"]}, index=[7, 3, 5]
)


def test_they_are_those_of_the_formula_in_natural_units_also_at_the_bounds() -> None:
    task = Differentiated(task=Product())
    assert task.gradient_of == ("rate", "a")
    found = task.evaluate(FRAME)
    assert found["y"].tolist() == Product().evaluate(FRAME)["y"].tolist()
    np.testing.assert_allclose(found["gradient_rate"], 2 * FRAME["rate"] * FRAME["a"], rtol=1e-3)
    np.testing.assert_allclose(found["gradient_a"], FRAME["rate"] ** 2, rtol=1e-3)


def test_noise_and_costs_around_it_leave_them_as_they_are() -> None:
    inner = Differentiated(task=Branin())
    point = pd.DataFrame({"x1": [1.0], "x2": [2.0]})
    expected = inner.evaluate(point)
    found = Costed(task=Noisy(task=inner, sd=5.0), costs=(2.0,))
    assert found.gradient_of == ("x1", "x2")
    values = found.evaluate(point, seed=3)
    assert values["y"][0] != expected["y"][0]
    assert values["gradient_x1"][0] == expected["gradient_x1"][0]


@pytest.mark.parametrize(
    ("task", "problem"),
    [
        (BraninCurrin(), "has several objectives"),
        (Noisy(task=Branin(), sd=1.0), "wrap the noise around `differentiated`"),
        (Sphere(dim=2, n_integer=2), "has no real-valued parameter"),
    ],
)
def test_what_has_none_is_refused(task: Task, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Differentiated(task=task)
