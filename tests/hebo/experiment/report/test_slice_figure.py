from __future__ import annotations

import numpy as np
import pytest

from hebo.experiment.analysis.observations import observations
from hebo.experiment.report.best_run import best_runs
from hebo.experiment.report.slice_figure import slice_figure, slice_panel


@pytest.fixture
def run(make_results):
    values = [2.0, 1.0, None, 1.5, 1.2, 1.8, 900.0]
    results = make_results({("hebo", "t", 0): values})
    return best_runs(results, observations(results), ["t"])[0]


def test_every_trial_is_a_dot_a_triangle_or_a_tick(run):
    axes = slice_panel(run, run.axes[0]).axes[0]
    dots, triangles = (len(collection.get_offsets()) for collection in axes.collections)
    ticks, ring = (len(line.get_xdata()) for line in axes.lines)
    assert (dots, triangles, ticks, ring) == (5, 1, 1, 1)


def test_the_best_trial_is_ringed_where_it_lies(run):
    axes = slice_panel(run, run.axes[0]).axes[0]
    ring = axes.lines[1]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (pytest.approx(run.axes[0].positions[1]), 0.0)


def test_trials_of_a_category_are_spread_but_stay_in_their_place(run):
    axis = run.axes[2]
    dots = slice_panel(run, axis).axes[0].collections[0].get_offsets()[:, 0]
    assert len(np.unique(dots)) == len(dots)
    assert all(min(abs(x - 0.25), abs(x - 0.75)) <= 0.125 for x in dots)


def test_the_sheet_has_one_panel_per_parameter(run):
    assert [axes.get_title(loc="left") for axes in slice_figure(run).axes] == ["rate", "depth", "loss"]
