from __future__ import annotations

import numpy as np

from hebo.experiment.analysis.observations import observations
from hebo.experiment.report.best_run import best_runs


def best_of(results):
    return best_runs(results, observations(results), list(dict.fromkeys(results.runs["task"])))


def test_the_run_with_the_lowest_value_is_chosen(make_results):
    results = make_results({("hebo", "t", 0): [3.0, 2.0], ("sobol", "t", 0): [5.0, None, 1.0]})
    (run,) = best_of(results)
    assert (run.optimizer, run.seed, run.best) == ("sobol", 0, 2)
    assert run.params == results.trials["params"].iloc[-1]
    assert [axis.name for axis in run.axes] == ["rate", "depth", "loss"]


def test_of_equal_runs_the_first_is_chosen(make_results):
    (run,) = best_of(make_results({("hebo", "t", 0): [1.0], ("sobol", "t", 0): [1.0]}))
    assert run.optimizer == "hebo"


def test_ranks_run_from_best_to_worst_and_leave_failures_out(make_results):
    (run,) = best_of(make_results({("hebo", "t", 0): [3.0, None, 1.0, 2.0, 2.0]}))
    np.testing.assert_allclose(run.ranks, [1.0, np.nan, 0.0, 0.5, 0.5])


def test_a_task_of_failures_still_shows_where_they_were(make_results):
    (run,) = best_of(make_results({("hebo", "t", 0): [None, None]}))
    assert (run.best, run.params, run.extras, len(run.axes[0].positions)) == (None, {}, {}, 2)


def test_columns_of_information_of_the_best_trial_are_kept_unless_they_are_empty(make_results):
    results = make_results({("hebo", "t", 0): [3.0, 2.0]})
    told = [
        {"file": "first"},
        {"file": "second", "error": None, "seconds": 0.0, "rest": float("nan"), "text": ""},
    ]
    results.trials["extras"] = told
    (run,) = best_of(results)
    assert run.extras == {"file": "second", "seconds": 0.0}


def test_tasks_without_ended_trials_are_left_out(make_results):
    runs = best_of(make_results({("hebo", "t", 0): ["pending"], ("hebo", "u", 0): [1.0]}))
    assert [run.task for run in runs] == ["u"]
