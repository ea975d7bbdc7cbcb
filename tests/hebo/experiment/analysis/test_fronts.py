from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from hebo.experiment.analysis.fronts import spread, task_fronts
from hebo.experiment.analysis.observations import measured, observations


def pair(a: float, b: float) -> dict[str, float]:
    return {"a": a, "b": b}


def test_the_fronts_of_optimizers_are_over_all_seeds_and_the_best_is_over_all(make_results: Any) -> None:
    results = make_results(
        {
            ("o", "t", 0): [pair(0, 3), pair(2, 2)],
            ("o", "t", 1): [pair(1, 1), None],
            ("p", "t", 0): [pair(1.5, 1.5), pair(3, 0)],
        }
    )
    (found,) = task_fronts(observations(results), measured(results))
    points = {
        (one["optimizer"], one["a"], one["b"]): one["is_best"] for one in found.points.to_dict("records")
    }
    assert points == {
        ("o", 0.0, 3.0): True,
        ("o", 1.0, 1.0): True,
        ("p", 1.5, 1.5): False,
        ("p", 3.0, 0.0): True,
    }
    assert found.best["a"].tolist() == [0.0, 1.0, 3.0]
    assert found.others[["a", "b"]].to_numpy().tolist() == [[2.0, 2.0]]


def test_equal_points_of_a_front_are_listed_once(make_results: Any) -> None:
    results = make_results({("o", "t", 0): [pair(1, 1)], ("p", "t", 0): [pair(1, 1)]})
    (found,) = task_fronts(observations(results), measured(results))
    assert len(found.points) == 2
    assert len(found.best) == 1


def test_one_objective_and_no_success_have_no_front(make_results: Any) -> None:
    results = make_results({("o", "t", 0): [1.0]})
    assert task_fronts(observations(results), measured(results)) == []
    failed = make_results({("o", "t", 0): [pair(1, 1)]})
    failed.trials["status"] = ["failed"]
    assert task_fronts(observations(failed), measured(failed)) == []


@pytest.mark.parametrize(("n", "left"), [(10, 5), (5, 5), (3, 3), (2, 2)])
def test_a_long_front_is_thinned_evenly(n: int, left: int) -> None:
    found = spread(pd.DataFrame({"a": range(5)}), n)
    assert len(found) == left
    assert found["a"].iloc[[0, -1]].tolist() == [0, 4]
