from __future__ import annotations

import pytest

from hebo.experiment.analysis.blocks import blocks
from hebo.experiment.analysis.observations import measured, observations
from hebo.experiment.analysis.task_ranking import task_rankings
from hebo.experiment.report.curves import task_curves
from hebo.experiment.report.regret_figure import regret_figure, regret_panel
from hebo.experiment.report.style import INK, PALETTE


@pytest.fixture
def curves_of(make_results):
    def build(outcomes, **settings):
        results = make_results(outcomes, **settings)
        table = observations(results)
        return task_curves(results, table, measured(results), task_rankings(blocks(results, table).values))

    return build


def beside(axes):
    """Return the lines of the legend."""
    return [line for line in axes.lines if line.get_transform() is axes.transAxes]


def test_one_seed_has_no_band_and_two_have_one(curves_of):
    (curves,) = curves_of({("a", "t", 0): [2.0, 1.0], ("b", "t", 0): [3.0, 2.0], ("b", "t", 1): [2.0, 2.0]})
    axes = regret_panel(curves, is_large=False).axes[0]
    assert len(axes.collections) == 1
    assert [line.get_color() for line in axes.lines if line not in beside(axes)] == list(PALETTE[:2])


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
    assert [text.get_text() for text in figure.axes[0].texts if text.get_text() == "a"] == ["a"]


def legend(axes):
    """Return names and colors of the legend from the top down, and the ends of its bars in entries."""
    names = [text for text in axes.texts if text.get_transform() is axes.transAxes]
    heights = [text.get_position()[1] for text in names]
    assert heights == sorted(heights, reverse=True)
    step = heights[0] - heights[1]
    lines = [one for one in beside(axes) if one.get_color() != INK]
    bars = [one.get_ydata() for one in beside(axes) if one.get_color() == INK]
    ends = [[round((1 - y) / step, 6) for y in bar] for bar in bars]
    return [one.get_text() for one in names], [one.get_color() for one in lines], ends


def outcomes(finals):
    return {
        (name, "t", seed): [9.0, value]
        for name, values in finals.items()
        for seed, value in enumerate(values)
    }


def test_the_legend_is_ranked_and_a_bar_joins_what_does_not_differ(curves_of):
    """Seven seeds: `b` always behind `a` (p = 2 / 2 ** 7, thrice as Holm's first), `c` and `d` now and then."""
    finals = {
        "b": [2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7],
        "c": [1.9, 3.3, 0.5, 3.2, 0.1, 3.8, 3.9],
        "a": [1.0, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06],
        "d": [0.9, 1.3, 0.8, 1.4, 0.7, 1.5, 1.2],
    }
    (curves,) = curves_of(outcomes(finals))
    names, colors, bars = legend(regret_panel(curves, is_large=False).axes[0])
    assert names == ["a", "d", "b", "c"]
    assert colors == [PALETTE[2], PALETTE[3], PALETTE[0], PALETTE[1]]
    assert bars == [[0.0, 2.0], [3.0, 4.0]]


def test_too_few_seeds_leave_the_bar_out_and_say_so(curves_of):
    (curves,) = curves_of(outcomes({"a": [1.0, 1.1], "b": [2.0, 2.1]}))
    names, _, bars = legend(regret_panel(curves, is_large=False).axes[0])
    assert names == ["a", "b", "a test needs 6 seeds"]
    assert bars == []


def test_many_optimizers_make_the_panel_higher(curves_of):
    (curves,) = curves_of(outcomes({f"o{number}": [float(number)] for number in range(28)}))
    names, _, _ = legend(regret_panel(curves, is_large=False).axes[0])
    assert names[:28] == [f"o{number}" for number in range(28)]
    assert regret_panel(curves, is_large=False).get_figheight() > 28 * 0.13


def test_long_names_stay_inside_the_figure(curves_of):
    names = ["Optuna GPSampler, multivariate", "an optimizer with a very long name"]
    (curves,) = curves_of(outcomes({name: [1.0, 2.0] for name in names}))
    figure = regret_panel(curves, is_large=True)
    figure.canvas.draw()
    ends = [text.get_window_extent().x1 for text in figure.axes[0].texts]
    assert max(ends) <= figure.bbox.x1
