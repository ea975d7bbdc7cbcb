from __future__ import annotations

import numpy as np
import pytest

from hebo.experiment.analysis.statistics import (
    bootstrap_interval,
    normalize,
    quantile,
    quartile_band,
    stack_curves,
)

NAN = np.nan


def test_median_and_quartiles_of_three_runs():
    band = quartile_band(np.array([[1.0, 1.0], [3.0, 2.0], [5.0, 4.0]]))
    assert band.median.tolist() == [3.0, 2.0]
    assert band.lower.tolist() == [2.0, 1.5]
    assert band.upper.tolist() == [4.0, 3.0]
    assert band.n_runs == 3


def test_a_run_without_success_counts_as_worst_not_as_missing():
    # Of (1, 2, none) the median is 2; leaving the failure out would say 1.5.
    assert quantile(np.array([[1.0], [2.0], [NAN]]), 0.5).tolist() == [2.0]
    assert np.isnan(quantile(np.array([[1.0], [NAN], [NAN]]), 0.5)).all()


def test_quantile_of_huge_values_does_not_overflow():
    assert quantile(np.array([[-1.7e308], [1.7e308]]), 0.5).tolist() == [0.0]


def test_a_shorter_run_keeps_its_last_best_value():
    stacked = stack_curves([np.array([3.0, 1.0]), np.array([2.0]), np.empty(0)])
    np.testing.assert_array_equal(stacked, [[3, 1], [2, 2], [NAN, NAN]])


def test_band_of_no_runs_is_empty():
    assert quartile_band(stack_curves([])).median.shape == (0,)


def test_bootstrap_interval_of_a_large_normal_sample_is_near_the_closed_form():
    sample = np.random.default_rng(1).normal(size=(4000, 1))
    lower, upper = bootstrap_interval(sample)
    half = 1.96 * sample.std() / np.sqrt(len(sample))
    assert lower[0] == pytest.approx(sample.mean() - half, abs=0.1 * half)
    assert upper[0] == pytest.approx(sample.mean() + half, abs=0.1 * half)


def test_bootstrap_interval_of_one_row_is_unknown():
    assert np.isnan(bootstrap_interval(np.array([[1.0, 2.0]]))).all()


def test_bootstrap_interval_is_repeatable():
    sample = np.arange(12.0).reshape(6, 2)
    np.testing.assert_array_equal(bootstrap_interval(sample), bootstrap_interval(sample))


def test_normalize_spans_0_to_1_and_keeps_nan():
    np.testing.assert_array_equal(normalize(np.array([2.0, NAN, 6.0, 4.0])), [0.0, NAN, 1.0, 0.5])


@pytest.mark.parametrize(
    ("values", "expected"),
    [([3.0, 3.0], [0.0, 0.0]), ([NAN, NAN], [NAN, NAN]), ([-1.7e308, 1.7e308], [0.0, 1.0])],
)
def test_normalize_survives_constant_empty_and_huge_values(values, expected):
    np.testing.assert_array_equal(normalize(np.array(values)), expected)
