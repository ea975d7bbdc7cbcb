from __future__ import annotations

import numpy as np
import pytest

from hebo.experiment.report.view import (
    BEYOND,
    View,
    distinct_labels,
    full_view,
    objective_view,
    spans_decades,
)

NAN = np.nan


def test_positions_run_from_0_to_1_and_stop_beyond():
    positions = View(2.0, 4.0, is_log=False).position(np.array([2.0, 3.0, 4.0, 1e9, -1e9, NAN]))
    np.testing.assert_allclose(positions, [0.0, 0.5, 1.0, BEYOND, -BEYOND, NAN])


def test_positions_on_a_log_axis_are_equal_for_equal_ratios():
    positions = View(1e-2, 1e2, is_log=True).position(np.array([1e-2, 1.0, 1e2]))
    np.testing.assert_allclose(positions, [0.0, 0.5, 1.0], atol=1e-15)


def test_the_whole_float_range_has_positions():
    positions = View(-1.7e308, 1.7e308, is_log=False).position(np.array([-1.7e308, 0.0, 1.7e308]))
    np.testing.assert_allclose(positions, [0.0, 0.5, 1.0])


def test_ticks_of_a_linear_axis_are_round():
    assert View(0.0, 10.0, is_log=False).ticks() == [
        (0.0, "0"), (0.2, "2"), (0.4, "4"), (0.6, "6"), (0.8, "8"), (1.0, "10")
    ]  # fmt: skip


def test_ticks_of_a_log_axis_are_decades():
    assert [label for _, label in View(1e-3, 1e2, is_log=True).ticks()] == [
        "1e-3",
        "0.01",
        "0.1",
        "1",
        "10",
        "100",
    ]


def test_a_log_axis_within_a_decade_has_ticks_too():
    assert [label for _, label in View(1.5, 8.0, is_log=True).ticks()] == ["2", "5"]


@pytest.mark.parametrize("high", [3.0, np.nextafter(3.0, 4.0)])
def test_an_axis_without_width_shows_what_there_is(high):
    assert View(3.0, high, is_log=False).ticks()[0][1].startswith("3")


def test_labels_get_as_many_digits_as_tell_them_apart():
    assert distinct_labels([-0.83144, -0.83146]) == ["-0.83144", "-0.83146"]
    assert distinct_labels([1e-4, 0.5, 2e6]) == ["1e-4", "0.5", "2e6"]


def test_far_outliers_at_the_bad_end_are_left_out_and_good_ones_kept():
    values = np.array([*np.linspace(1.0, 2.0, 20), 500.0, -500.0])
    view = objective_view(values)
    assert (view.low, view.high, view.is_log) == (-500.0, 2.0, False)


def test_the_fence_is_three_inter_quartile_ranges_above_the_upper_quartile():
    inside = np.linspace(0.0, 1.0, 101)  # quartiles 0.25 and 0.75, give or take the outliers: fence near 2.25
    assert objective_view(np.append(inside, 2.1)).high == 2.1
    assert objective_view(np.append(inside, 2.4)).high == 1.0


def test_positive_values_over_many_decades_get_a_log_axis():
    assert spans_decades(np.array([1e-3, NAN, 2.0]))
    assert not spans_decades(np.array([0.0, 1e9]))
    assert not spans_decades(np.array([NAN]))


def test_nothing_to_show_still_gives_an_axis():
    assert full_view(np.array([NAN]), is_log=False) == View(1.0, 2.0, is_log=False)
