from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hebo.experiment.analysis.observations import measured, observations
from hebo.experiment.store.entries import Facts
from hebo.experiment.store.results import Results

PAIRS = [{"a": 0.0, "b": 2.0}, {"a": 1.0, "b": 1.0}, {"a": 2.0, "b": 0.0}]
SPACE = [
    {"name": "rate", "type": "num", "lb": 0, "ub": 1},
    {"name": "place", "type": "cat", "categories": ["here", "there"], "role": "context"},
]


def in_turn(index: int) -> dict[str, Any]:
    return {"rate": 0.5, "place": ("here", "there")[index % 2]}


def with_extras(results: Results, name: str, values: list[float]) -> Results:
    extras = [{name: value} for value in values]
    return replace(results, trials=results.trials.assign(extras=extras))


def test_one_objective_is_measured_by_its_value(make_results: Any) -> None:
    results = make_results({("o", "t", 0): [2.0, 1.0, 3.0]}, optima={"t": 0.5})
    found = measured(results)["t"]
    assert (found.title, found.optimum, found.best_known, found.corner) == ("best y", 0.5, 0.5, "")
    assert observations(results)["so_far"].tolist() == [2.0, 1.0, 1.0]


def test_a_stated_reference_point_is_taken_and_the_front_known_there(make_results: Any) -> None:
    facts = Facts(reference_point=(3.0, 3.0), front_hypervolume=8.0)
    results = make_results({("o", "t", 0): PAIRS}, facts=facts)
    found = measured(results)["t"]
    assert found.leading.reference == (3.0, 3.0)
    assert found.corner == "at the reference point (3, 3), stated by the task"
    assert (found.optimum, found.best_known) == (-8.0, -8.0)
    assert observations(results)["so_far"].tolist() == pytest.approx([-3.0, -5.0, -6.0])
    np.testing.assert_array_equal(found.shown(np.array([-6.0, 0.0])), [6.0, 0.0])


def test_otherwise_it_is_inferred_from_all_runs_of_the_task(make_results: Any) -> None:
    results = make_results({("o", "t", 0): PAIRS[:1], ("p", "t", 0): PAIRS[2:]})
    found = measured(results)["t"]
    # The worst of the front of both, (2, 2), and a tenth of its range.
    assert found.leading.reference == pytest.approx((2.2, 2.2))
    assert "inferred from all runs" in found.corner
    assert math.isnan(found.optimum)


def test_without_any_success_there_is_no_reference_and_no_volume(make_results: Any) -> None:
    results = make_results({("o", "t", 0): [None, "timed_out"]})
    results = replace(results, objectives={"t": ("a", "b")})
    assert "no trial has succeeded" in measured(results)["t"].corner
    assert observations(results)["so_far"].tolist() == [0.0, 0.0]


def test_infeasible_and_cheaper_trials_do_not_count(make_results: Any) -> None:
    results = make_results({("o", "t", 0): PAIRS}, facts=Facts(reference_point=(3.0, 3.0)))
    trials = results.trials.assign(status=["ok", "infeasible", "ok"], competes=[True, True, False])
    table = observations(replace(results, trials=trials))
    assert table["so_far"].tolist() == pytest.approx([-3.0] * 3)
    assert table["is_ok"].tolist() == [True, False, False]
    assert not table["went_wrong"].any()


def test_contexts_are_averaged(make_results: Any) -> None:
    results = make_results({("o", "t", 0): [1.0, 7.0, 0.5, 6.0]}, space=SPACE, params=in_turn)
    found = measured(results)["t"]
    assert (found.contexts, found.title) == (("place",), "best y, mean over contexts")
    assert math.isnan(found.optimum)
    table = observations(results)
    assert table["context"].tolist() == ["place=here", "place=there"] * 2
    assert table["so_far"].tolist() == [1.0, 4.0, 3.75, 3.25]


def test_where_the_least_value_of_each_context_is_known_regrets_are_averaged(make_results: Any) -> None:
    results = make_results({("o", "t", 0): [1.0, 7.0, 0.5, 6.0]}, space=SPACE, params=in_turn)
    known = with_extras(results, "context_optimum", [0.0, 5.0, 0.0, 5.0])
    found = measured(known)["t"]
    assert found.title == "simple regret, mean over contexts"
    assert (found.optimum, found.best_known) == (0.0, 0.0)
    assert observations(known)["so_far"].tolist() == [1.0, 1.5, 1.25, 0.75]
    partly = with_extras(results, "context_optimum", [0.0, math.nan, 0.0, math.nan])
    assert not measured(partly)["t"].is_regret


def test_values_without_noise_are_scored_at_the_points_that_were_measured_best(make_results: Any) -> None:
    results = with_extras(make_results({("o", "t", 0): [2.0, 1.0, 3.0]}), "noiseless", [1.5, 1.75, 0.0])
    table = observations(results)
    assert table["so_far"].tolist() == [2.0, 1.0, 1.0]
    assert table["scored_so_far"].tolist() == [1.5, 1.75, 1.75]
