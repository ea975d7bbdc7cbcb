from __future__ import annotations

import numpy as np

from hebo.experiment.analysis.observations import observations, run_curve

NAN = np.nan


def test_observations_drop_pending_trials_and_blank_failed_ones(make_results):
    table = observations(make_results({("hebo", "t", 0): [2.0, None, "timed_out", np.inf, "pending"]}))
    np.testing.assert_array_equal(table["value"], [2.0, NAN, NAN, NAN])
    assert table["optimizer"].tolist() == ["hebo"] * 4


def test_a_value_measured_before_a_trial_failed_does_not_count(make_results):
    results = make_results({("hebo", "t", 0): [2.0, 1.0]})
    results.trials["status"] = ["ok", "timed_out"]
    np.testing.assert_array_equal(observations(results)["value"], [2.0, NAN])


def test_run_curve_follows_trial_numbers_where_trials_are_still_missing(make_results):
    table = observations(make_results({("hebo", "t", 0): [2.0, "pending", 1.0]}))
    np.testing.assert_array_equal(run_curve(table), [2.0, 2.0, 1.0])
