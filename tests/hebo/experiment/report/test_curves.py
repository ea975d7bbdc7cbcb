from __future__ import annotations

import numpy as np

from hebo.experiment.analysis.observations import measured, observations
from hebo.experiment.report.curves import task_curves


def curves_of(results):
    return task_curves(results, observations(results), measured(results), {})


def test_a_known_optimum_that_is_not_reached_gives_simple_regret_on_a_log_axis(make_results):
    (curves,) = curves_of(make_results({("hebo", "t", 0): [3.0, 2.0]}, optima={"t": 1.0}))
    assert curves.quantity == "simple regret"
    assert curves.view.is_log
    np.testing.assert_array_equal(curves.bands["hebo"].median, [2.0, 1.0])


def test_a_reached_optimum_gives_best_values_and_a_line(make_results):
    (curves,) = curves_of(make_results({("hebo", "t", 0): [3.0, 1.0]}, optima={"t": 1.0}))
    assert (curves.quantity, curves.optimum) == ("best y so far", 1.0)


def test_an_optimum_far_from_all_values_is_not_drawn(make_results):
    (curves,) = curves_of(make_results({("hebo", "t", 0): [3.0, 1.0, -1e6]}, optima={"t": -10.0}))
    assert curves.quantity == "best y so far"
    assert curves.view.low == -1e6


def test_an_unknown_optimum_gives_best_values(make_results):
    (curves,) = curves_of(make_results({("hebo", "t", 0): [3.0, 1.0, 2.0]}))
    np.testing.assert_array_equal(curves.bands["hebo"].median, [3.0, 1.0, 1.0])
    assert curves.optimum is None


def test_the_axis_leaves_out_the_first_twentieth_of_the_trials(make_results):
    (curves,) = curves_of(make_results({("hebo", "t", 0): [1e3, 900.0, *np.linspace(3, 2, 38)]}))
    assert curves.view.high == 3.0


def test_optimizers_keep_the_order_of_the_experiment(make_results):
    (curves,) = curves_of(make_results({("z", "t", 0): [1.0], ("a", "t", 0): [1.0], ("m", "t", 0): []}))
    assert list(curves.bands) == ["z", "a", "m"]


def test_a_task_without_success_is_empty(make_results):
    ok, empty = curves_of(make_results({("hebo", "t", 0): [1.0], ("hebo", "u", 0): [None]}))
    assert (ok.is_empty, empty.is_empty) == (False, True)
