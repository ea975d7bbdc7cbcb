from __future__ import annotations

from typing import Any

import numpy as np

from hebo.experiment.report.problem.trials import best_row, best_rows, column, front_rows, run_trials
from hebo.experiment.store.entries import Facts
from hebo.outcomes import outcomes_of

KEY = ("hebo", "t", 0)


def trials_of(results: Any) -> Any:
    return run_trials(results, results.runs.iloc[0].to_dict())


def test_each_trial_has_a_fate(make_results: Any) -> None:
    results = make_results({KEY: [1.0, None, "infeasible", "pending", "timed_out", float("nan")]})
    kinds = ["ok", "failed", "infeasible", "pending", "failed", "failed"]
    assert trials_of(results)["kind"].tolist() == kinds


def test_the_best_so_far_follows_the_goal(make_results: Any) -> None:
    values = [3.0, 9.0, None, 7.0]
    for goal, expected in (("minimize", 0), ("maximize", 1), ({"target": 7.5}, 3)):
        facts = Facts(outcomes=outcomes_of({"y": goal}))
        trials = trials_of(make_results({KEY: values}, facts=facts))
        assert best_row(trials, "y") == expected
    assert best_rows(trials, "y") == [0, 1, 1, 3]
    assert np.isnan(column(trials, "y")).tolist() == [False, False, True, False]


def test_without_a_success_there_is_no_best(make_results: Any) -> None:
    trials = trials_of(make_results({KEY: [None, "infeasible"]}))
    assert best_rows(trials, "y") == [-1, -1]
    assert best_row(trials, "y") is None


def test_the_front_has_what_nothing_dominates(make_results: Any) -> None:
    pairs = [{"a": 1.0, "b": 3.0}, {"a": 2.0, "b": 4.0}, None, {"a": 3.0, "b": 1.0}]
    trials = trials_of(make_results({KEY: pairs}))
    assert front_rows(trials, ("a", "b")) == [0, 3]
