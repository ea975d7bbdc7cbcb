from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from hebo.errors import ConfigError
from hebo.outcomes import Constraint, Objective, Outcomes, outcomes_of


def test_a_name_alone_is_minimized_and_a_constraint_alone_is_kept_where_it_is_0_or_less() -> None:
    outcomes = outcomes_of("loss", "excess")
    assert outcomes == Outcomes(
        objectives=(Objective(name="loss"),), constraints=(Constraint(name="excess", ub=0.0),)
    )
    assert outcomes.is_plain


@pytest.mark.parametrize(
    "stated",
    [
        {"name": "pH", "target": 7.2},
        {"name": "pH", "goal": "target", "target": 7.2},
        {"name": "pH", "goal": {"target": 7.2}},
    ],
)
def test_a_target_is_written_in_three_ways(stated: dict[str, Any]) -> None:
    (found,) = outcomes_of([stated]).objectives
    assert (found.goal, found.target) == ("target", 7.2)


def test_a_mapping_gives_each_name_its_goal() -> None:
    found = outcomes_of({"yield": "maximize", "pH": {"target": 7.2}, "cost": "minimize"})
    assert [one.goal for one in found.objectives] == ["maximize", "target", "minimize"]


def test_the_three_goals_say_what_is_minimized() -> None:
    values = torch.tensor([1.0, 7.0, 9.0])
    assert Objective(name="a").minimized(values).tolist() == [1, 7, 9]
    assert Objective(name="a", goal="maximize").minimized(values).tolist() == [-1, -7, -9]
    assert Objective(name="a", target=7).minimized(values).tolist() == [6, 0, 2]
    assert Objective(name="a", target=7).slope(values).tolist() == [-1, 0, 1]


def test_limits_on_both_sides_are_two_excesses() -> None:
    both = Constraint(name="t", lb=1, ub=3)
    assert both.excesses(4.0) == [1.0, -3.0]
    assert [both.is_kept(value) for value in (0.5, 1.0, 3.0, 3.5)] == [False, True, True, False]


def test_broken_limits_are_named_with_their_values() -> None:
    outcomes = outcomes_of("y", [{"name": "a", "ub": 5}, {"name": "b", "lb": 1, "ub": 3}])
    assert outcomes.broken({"a": 7.0, "b": 0.5}) == ["a = 7 > 5", "b = 0.5 < 1"]
    assert outcomes.broken({"a": 5.0, "b": None}) == []


def test_units_may_change_and_goals_may_not() -> None:
    one, other = (outcomes_of([{"name": "y", "unit": unit}]) for unit in ("g", "kg"))
    assert one.meaning == other.meaning
    assert one.meaning != outcomes_of([{"name": "y", "goal": "maximize"}]).meaning


@pytest.mark.parametrize(
    ("objectives", "constraints", "message"),
    [
        (["a", "a"], [], "'a' is measured twice"),
        (["a"], ["a"], "'a' is measured twice"),
        ([{"name": "a", "goal": "max"}], [], "Did you mean 'maximize'"),
        ([{"name": "a", "goal": "biggest"}], [], "no goal; write minimize, maximize or `target"),
        ([{"name": "a", "goal": "target"}], [], "no value; add `target"),
        ([{"name": "a", "target": math.nan}], [], "finite"),
        ([{"name": "a", "target": 1, "goal": "maximize"}], [], "leave one of the two out"),
        ([{"name": " a"}], [], "no name"),
        ([{"name": ""}], [], "at least 1"),
        (["a"], [{"name": "b"}], "has no limit; add `ub"),
        (["a"], [{"name": "b", "lb": 3, "ub": 1}], "lb has to be below ub"),
        (7, [], "give a list"),
    ],
)
def test_what_cannot_be_meant_is_refused(objectives: Any, constraints: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        outcomes_of(objectives, constraints)
