from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib.collections import LineCollection

from hebo.experiment.analysis.observations import observations
from hebo.experiment.report.best_run import best_runs
from hebo.experiment.report.parallel_figure import parallel_figure, parallel_rows


@pytest.fixture
def sixty(make_results):
    """A run over 60 parameters with long names, one of its trials failed."""
    space = [{"name": f"parameter_with_a_long_name_{i}", "type": "num", "lb": 0, "ub": 1} for i in range(60)]
    results = make_results(
        {("hebo", "t", 0): [3.0, None, 1.0]},
        space=space,
        params=lambda index: {one["name"]: (index + 1) / 4 for one in space},
    )
    return best_runs(results, observations(results), ["t"])[0]


def test_sixty_parameters_are_drawn_in_eight_rows_of_seven_or_eight(sixty):
    figures = parallel_rows(sixty)
    names = [[text for text in figure.axes[0].texts if "parameter" in text.get_text()] for figure in figures]
    assert [len(row) for row in names] == [8, 8, 8, 8, 7, 7, 7, 7]
    assert len({tuple(figure.get_size_inches()) for figure in figures}) == 1


def test_names_of_neighboring_axes_do_not_overlap(sixty):
    figure = parallel_rows(sixty)[0]
    renderer = figure.canvas.get_renderer()
    boxes = [
        text.get_window_extent(renderer) for text in figure.axes[0].texts if "parameter" in text.get_text()
    ]
    assert not any(first.overlaps(second) for first, second in combinations(boxes, 2))


def test_a_failed_trial_ends_before_the_objective(sixty):
    failed, ok = (
        collection.get_segments()
        for collection in parallel_rows(sixty)[0].axes[0].collections
        if isinstance(collection, LineCollection)
    )
    assert [len(segment) for segment in failed] == [8]
    assert [len(segment) for segment in ok] == [9, 9]


def test_the_best_trial_is_drawn_last_and_ends_at_the_lower_end(sixty):
    axes = parallel_rows(sixty)[0].axes[0]
    best = max(axes.lines, key=lambda line: line.get_zorder())
    np.testing.assert_allclose(best.get_ydata(), [0.75] * 8 + [0.0])


def test_the_sheet_holds_all_rows(sixty):
    assert len(parallel_figure(sixty).axes) == 8
