from __future__ import annotations

import pytest

from hebo.experiment.report.curves import task_curves
from hebo.experiment.report.regret_figure import regret_figure, regret_panel
from hebo.experiment.report.statistics import observations
from hebo.experiment.report.style import PALETTE


@pytest.fixture
def curves_of(make_results):
    def build(outcomes, **settings):
        results = make_results(outcomes, **settings)
        return task_curves(results, observations(results))

    return build


def test_one_seed_has_no_band_and_two_have_one(curves_of):
    (curves,) = curves_of({("a", "t", 0): [2.0, 1.0], ("b", "t", 0): [3.0, 2.0], ("b", "t", 1): [2.0, 2.0]})
    axes = regret_panel(curves, is_large=False).axes[0]
    assert len(axes.collections) == 1
    assert [line.get_color() for line in axes.lines] == list(PALETTE[:2])


def test_a_single_trial_is_a_dot(curves_of):
    (curves,) = curves_of({("a", "t", 0): [2.0]})
    assert regret_panel(curves, is_large=False).axes[0].lines[0].get_marker() == "o"


def test_a_reached_optimum_is_marked(curves_of):
    (curves,) = curves_of({("a", "t", 0): [2.0, 1.0]}, optima={"t": 1.0})
    texts = [text.get_text() for text in regret_panel(curves, is_large=True).axes[0].texts]
    assert "optimum" in texts


def test_panels_of_a_sheet_are_in_line(curves_of):
    curves = curves_of({("a", task, 0): [1e5 * place, 1.0] for place, task in enumerate("tuvw", start=1)})
    figure = regret_figure(curves)
    boxes = [axes.get_position() for axes in figure.axes]
    assert boxes[0].y0 == boxes[1].y0 == boxes[2].y0
    assert boxes[0].x0 == boxes[3].x0
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a"]
