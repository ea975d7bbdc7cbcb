"""A task of which only comparisons are known."""

from __future__ import annotations

import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.errors import ConfigError
from tasks.engineering.pressure_vessel import PressureVessel
from tasks.synthetic.branin import Branin
from tasks.synthetic.sphere import Sphere
from tasks.wrappers.failing import Failing
from tasks.wrappers.hidden_utility import HiddenUtility

POINTS = pd.DataFrame({"x1": [2.0, 0.5, 1.0, -3.0], "x2": 0.0})


def test_the_lower_value_is_preferred_and_a_ranking_is_a_chain() -> None:
    better, worse = HiddenUtility(task=Sphere()).compare(POINTS)
    assert better["x1"].tolist() == [0.5, 1.0, 2.0]
    assert worse["x1"].tolist() == [1.0, 2.0, -3.0]


def test_equal_points_are_not_compared() -> None:
    better, worse = HiddenUtility(task=Sphere()).compare(POINTS.assign(x1=[1.0, -1.0, 1.0, -1.0]))
    assert len(better) == len(worse) == 0


def test_a_point_that_fails_is_the_worst() -> None:
    task = HiddenUtility(task=Failing(task=Sphere(), region={"x1": (0.4, 0.6)}))
    better, worse = task.compare(POINTS)
    assert better["x1"].tolist() == [1.0, 2.0, -3.0]
    assert worse["x1"].tolist()[-1] == 0.5


def test_answers_are_wrong_as_often_as_said_and_the_same_under_one_seed() -> None:
    task, wrong = HiddenUtility(task=Sphere(), error_rate=0.25), 0
    pair = POINTS.iloc[[0, 1]]
    for seed in range(80):
        better, worse = task.compare(pair, seed=seed)
        assert {better["x1"].item(), worse["x1"].item()} == {2.0, 0.5}
        wrong += better["x1"].item() == 2.0
    assert task.compare(pair, seed=3)[0].equals(task.compare(pair, seed=3)[0])
    assert 8 < wrong < 34


def test_values_are_those_of_the_task() -> None:
    task = HiddenUtility(task=Branin(), error_rate=0.1)
    assert task.optimum == Branin().optimum
    points = task.space.decode(task.space.bounds)
    assert task.evaluate(points).equals(Branin().evaluate(points))


def test_errors_as_frequent_as_a_coin_and_several_objectives_are_refused() -> None:
    for rate in (-0.1, 0.5, float("nan")):
        with pytest.raises(ValidationError):
            HiddenUtility(task=Branin(), error_rate=rate)


def test_a_task_of_constraints_is_compared_by_its_objective() -> None:
    assert HiddenUtility(task=PressureVessel()).constraints == PressureVessel().constraints
    assert issubclass(ConfigError, ValueError)
