from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.random import Generator
from pydantic import ValidationError

from tasks.base import Task
from tasks.synthetic.branin import Branin
from tasks.wrappers.in_contexts import InContexts
from tasks.wrappers.noisy import Noisy
from tasks.wrappers.related_contexts import RelatedContexts

TWO = RelatedContexts(task=Branin())


class Weather(Task):
    """A bowl under a temperature and a wind that are given, not both high."""

    def parameters(self) -> list[dict[str, Any]]:
        return [
            {"name": "x", "type": "num", "lb": -1.0, "ub": 1.0},
            {"name": "temp", "type": "num", "lb": 0.0, "ub": 30.0, "role": "context"},
            {"name": "wind", "type": "pow", "lb": 0.01, "ub": 100.0, "role": "context"},
        ]

    def input_constraints(self) -> list[dict[str, Any]]:
        return [{"type": "linear", "coefficients": {"temp": 1.0}, "ub": 20.0}]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Any:
        return frame["x"].to_numpy() ** 2


def test_a_cycle_begins_again_after_its_end_whatever_the_seed() -> None:
    task = InContexts(task=TWO, contexts=({"context": "c1"}, {"context": "c0"}, {"context": "c1"}))
    found = [task.context(iteration, seed=seed)["context"] for seed in (0, 1) for iteration in range(5)]
    assert found == ["c1", "c0", "c1", "c1", "c0"] * 2


def test_drawn_contexts_follow_their_distributions_and_the_seed() -> None:
    task = InContexts(task=Weather(), random=True)
    drawn = [task.context(iteration, seed=7) for iteration in range(300)]
    assert drawn == [task.context(iteration, seed=7) for iteration in range(300)]
    assert drawn[:3] != [task.context(iteration, seed=8) for iteration in range(3)]
    assert {tuple(one) for one in drawn} == {("temp", "wind")}
    temps, winds = (np.array([one[name] for one in drawn]) for name in ("temp", "wind"))
    assert temps.max() <= 20.0  # by the input constraint
    assert abs(temps.mean() - 10.0) < 1.5
    assert abs(np.log10(winds).mean()) < 0.25  # uniform on the logarithmic scale


def test_values_are_those_of_the_task() -> None:
    points = pd.DataFrame({"x1": [0.0, 1.0], "x2": [2.0, 3.0], "context": ["c0", "c1"]})
    task = InContexts(task=TWO, random=True)
    pd.testing.assert_frame_equal(task.evaluate(points), TWO.evaluate(points))
    assert task.space == TWO.space
    assert task.optimum is None


def test_a_wrapper_around_it_has_its_contexts() -> None:
    task = Noisy(task=InContexts(task=TWO, contexts=({"context": "c1"},)))
    assert task.context(3, seed=0) == {"context": "c1"}
    assert TWO.context(0, seed=0) is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "give `contexts:"),
        ({"contexts": ({"context": "c0"},), "random": True}, "and not both"),
        ({"contexts": ({"context": "c9"},)}, "contexts\\[0\\]: Cannot fix 'context'"),
        ({"contexts": ({"context": "c0"}, {})}, "contexts\\[1\\]: 'context' is missing"),
        ({"contexts": ({"context": "c0", "x1": 1.0},)}, "'x1' is not a context parameter"),
        ({"contexts": ({"context": None},)}, "contexts\\[0\\]"),
    ],
)
def test_contexts_that_are_none_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        InContexts(task=TWO, **settings)


@pytest.mark.parametrize("temp", [-1.0, 31.0, float("nan"), float("inf"), "warm", None])
def test_a_number_outside_its_range_is_refused(temp: object) -> None:
    with pytest.raises(ValidationError, match=r"contexts\[0\]"):
        InContexts(task=Weather(), contexts=({"temp": temp, "wind": 1.0},))


def test_a_task_without_contexts_is_refused() -> None:
    with pytest.raises(ValidationError, match="Branin has no context parameter"):
        InContexts(task=Branin(), random=True)
