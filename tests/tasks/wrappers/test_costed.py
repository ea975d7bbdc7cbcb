from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.random import Generator
from pydantic import ValidationError

from tasks.base import Task
from tasks.synthetic.branin import Branin
from tasks.synthetic.sphere import Sphere
from tasks.synthetic.two_level import BraninTwoLevel
from tasks.wrappers.costed import Costed
from tasks.wrappers.noisy import Noisy


class Epochs(Task):
    """A bowl with three levels of fidelity, and a category."""

    def parameters(self) -> list[dict[str, Any]]:
        return [
            {"name": "x", "type": "num", "lb": -1.0, "ub": 1.0},
            {"name": "epochs", "type": "ordinal", "levels": [5, 20, 80], "role": "fidelity"},
            {"name": "material", "type": "cat", "categories": ["wood", "gold"]},
        ]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Any:
        return frame["x"].to_numpy() ** 2


FRAME = pd.DataFrame({"x": [0.0] * 4, "epochs": [80, 5, 20, 5], "material": ["gold", "gold", "wood", "wood"]})


def test_a_single_cost_is_that_of_all_evaluations() -> None:
    task = Costed(task=Branin(), costs=(2.5,))
    assert task.cost_column == "cost"
    assert task.evaluate(pd.DataFrame({"x1": [0.0, 1.0], "x2": [0.0, 1.0]}))["cost"].tolist() == [2.5, 2.5]


def test_costs_follow_the_levels_of_the_fidelity() -> None:
    assert Costed(task=Epochs(), costs=(1.0, 4.0, 16.0)).evaluate(FRAME)["cost"].tolist() == [
        16.0,
        1.0,
        4.0,
        1.0,
    ]


def test_costs_follow_any_parameter_of_few_values() -> None:
    task = Costed(task=Epochs(), costs=(1.0, 50.0), along="material")
    assert task.evaluate(FRAME)["cost"].tolist() == [50.0, 50.0, 1.0, 1.0]
    integers = Costed(task=Sphere(dim=1, n_integer=1, levels=3), costs=(1.0, 2.0, 3.0), along="x1")
    assert integers.evaluate(pd.DataFrame({"x1": [2, 0]}))["cost"].tolist() == [3.0, 1.0]


def test_a_wrapper_around_it_passes_costs_on() -> None:
    task = Noisy(task=Costed(task=Branin(), costs=(2.0,)))
    assert task.cost_column == "cost"
    assert np.array_equal(task.evaluate(pd.DataFrame({"x1": [0.0], "x2": [0.0]}))["cost"], [2.0])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"costs": ()}, "at least 1 item"),
        ({"costs": (0.0,)}, "greater than 0"),
        ({"costs": (-1.0,)}, "greater than 0"),
        ({"costs": (float("nan"),)}, "greater than 0|finite number"),
        ({"costs": (float("inf"),)}, "finite number"),
        ({"costs": (1.0, 2.0)}, "'epochs' has 3 values; give one for each"),
        ({"costs": (1.0,), "along": "epochs"}, "'epochs' has 3 values"),
        ({"costs": (1.0, 2.0), "along": "x"}, "'x' has infinitely many values"),
        ({"costs": (1.0, 2.0), "along": "materials"}, "'materials' is no parameter. Did you mean 'material'"),
    ],
)
def test_costs_that_cannot_be_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Costed(task=Epochs(), **settings)


def test_several_costs_need_a_parameter_and_a_task_has_them_once() -> None:
    with pytest.raises(ValidationError, match="has 0 fidelity parameters; name a parameter in `along`"):
        Costed(task=Branin(), costs=(1.0, 2.0))
    with pytest.raises(ValidationError, match="has costs already, in 'cost'"):
        Costed(task=BraninTwoLevel(), costs=(1.0,))
