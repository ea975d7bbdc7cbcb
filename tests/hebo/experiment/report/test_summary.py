from __future__ import annotations

import numpy as np

from hebo.experiment.analysis.observations import measured, observations
from hebo.experiment.report.summary import facts, failures, period, summary


def summary_of(results):
    optimizers = list(dict.fromkeys(results.runs["optimizer"]))
    return summary(results, observations(results), measured(results), optimizers)


def test_equal_medians_are_both_best(make_results):
    results = make_results({("a", "t", 0): [1.00001], ("b", "t", 0): [1.0], ("c", "t", 0): [1.1]})
    rows = summary_of(results)["t"]
    assert [row.is_best for row in rows] == [True, True, False]


def test_a_seed_without_success_counts_as_worst(make_results):
    results = make_results({("a", "t", 0): [1.0], ("a", "t", 1): [3.0], ("a", "t", 2): [None]})
    (row,) = summary_of(results)["t"]
    assert (row.median, row.interval, row.n_ok, row.n_bad) == ("3.000", "2.000 … –", 2, 1)
    assert row.is_best


def test_no_success_at_all_has_no_best(make_results):
    results = make_results({("a", "t", 0): [None]})
    (row,) = summary_of(results)["t"]
    assert (row.median, row.interval, row.is_best) == ("–", "–", False)


def test_facts_count_trials_and_failures(make_results):
    results = make_results({("a", "t", 0): [1.0, None, "pending"], ("b", "t", 1): [1.0]})
    assert dict(facts(results, observations(results))) == {
        "Optimizers": "2",
        "Tasks": "1",
        "Seeds": "2",
        "Trials per run": "1 to 3",
        "Trials done": "3 of 4",
        "Failed": "1",
    }


def test_period_names_the_day_once(make_results):
    assert period(make_results({("a", "t", 0): [1.0] * 100})) == "14 November 2023, 22:13 to 22:14 UTC"
    assert period(make_results({("a", "t", 0): []})) == "no trial has ended yet"


def test_failures_are_counted_by_kind_with_the_last_line_of_a_message(make_results):
    results = make_results({("a", "t", 0): [None, "timed_out", None, np.inf]})
    results.trials["message"] = ["Traceback\n  ValueError: no", None, None, None]
    assert failures(results, observations(results)) == [
        ("a", "t", "failed", 2, "ValueError: no"),
        ("a", "t", "timed out", 1, ""),
        ("a", "t", "no finite value", 1, ""),
    ]


def test_infeasible_trials_are_counted_apart_from_failures(make_results):
    results = make_results({("a", "t", 0): [1.0, "infeasible", None, "infeasible"]})
    table = observations(results)
    (row,) = summary_of(results)["t"]
    assert (row.n_ok, row.n_bad) == (1, 1)
    assert (dict(facts(results, table))["Failed"], dict(facts(results, table))["Infeasible"]) == ("1", "2")
    assert [one[2:4] for one in failures(results, table)] == [("failed", 1)]
