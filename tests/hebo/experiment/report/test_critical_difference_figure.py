"""Where the marks of the critical-difference diagram stand."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.figure import Figure

from hebo.experiment.analysis.ranks import Comparison, compare
from hebo.experiment.report.critical_difference_figure import critical_difference_figure
from hebo.experiment.report.style import INK, PALETTE

NAMES = ["a", "b", "c", "d", "e"]


def comparison(n_tasks: int = 12) -> Comparison:
    """Return ranks 3, 1, 2, 5, 4 of `a` to `e` on every task but the last, where all tie."""
    rows = [[3, 1, 2, 5, 4]] * (n_tasks - 1) + [[0] * 5]
    index = pd.MultiIndex.from_tuples([(f"t{task}", 0) for task in range(n_tasks)], names=["task", "seed"])
    return compare(pd.DataFrame(rows, index=index, columns=NAMES, dtype=float))


@pytest.fixture
def figure() -> Figure:
    return critical_difference_figure(comparison(), NAMES)


def scale(figure: Figure) -> tuple[float, float]:
    """Return place of rank 1 and inches per rank, from the numbers on the axis."""
    places = {text.get_text(): text.get_position()[0] for text in figure.axes[0].texts}
    return places["1"], places["2"] - places["1"]


def test_dots_are_at_the_mean_ranks_in_the_colours_of_the_fixed_order(figure: Figure) -> None:
    origin, step = scale(figure)
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    found = {dot.get_color(): 1 + (float(dot.get_xdata()[0]) - origin) / step for dot in dots}
    ranks = comparison().ranks["mean_rank"]
    assert found == pytest.approx({PALETTE[NAMES.index(str(name))]: rank for name, rank in ranks.items()})


def test_bars_join_the_groups_and_the_ruler_is_to_scale(figure: Figure) -> None:
    origin, step = scale(figure)
    compared = comparison()
    ranks = compared.ranks["mean_rank"].tolist()
    level = [
        line for line in figure.axes[0].lines if line.get_color() == INK and len(set(line.get_ydata())) == 1
    ]
    bars = [line.get_xdata() for line in level if line.get_linewidth() > 2]
    (ruler,) = (line.get_xdata() for line in level if line.get_linewidth() <= 2)
    expected = [(origin + (ranks[a] - 1) * step, origin + (ranks[b] - 1) * step) for a, b in compared.alike]
    assert len(expected) > 1
    assert [bar[0] for bar in bars] == pytest.approx([one[0] for one in expected], abs=0.06)
    assert [bar[1] for bar in bars] == pytest.approx([one[1] for one in expected], abs=0.06)
    assert (ruler[1] - ruler[0]) / step == pytest.approx(compared.critical_difference)


def test_the_better_half_is_on_the_left_best_first_and_no_two_names_share_a_place(figure: Figure) -> None:
    names = [
        text for text in figure.axes[0].texts if any(f"  {one}" in f"  {text.get_text()}" for one in NAMES)
    ]
    placed = {
        text.get_text().strip("0123456789. "): (text.get_ha(), text.get_position()[1])
        for text in names
        if "." in text.get_text() and "difference" not in text.get_text()
    }
    assert [
        name for name, (side, _) in sorted(placed.items(), key=lambda one: one[1][1]) if side == "right"
    ] == list("bca")
    assert [
        name for name, (side, _) in sorted(placed.items(), key=lambda one: one[1][1]) if side == "left"
    ] == list("de")
    assert len(set(placed.values())) == len(NAMES)


@pytest.mark.parametrize("n", [3, 8, 20])
def test_everything_is_inside_the_figure(n: int) -> None:
    names = [f"an optimiser with a long name {place}" for place in range(n)]
    rows = [list(range(n)), list(range(n))]
    index = pd.MultiIndex.from_tuples([("t", 0), ("u", 0)], names=["task", "seed"])
    compared = compare(pd.DataFrame(rows, index=index, columns=names, dtype=float))
    figure = critical_difference_figure(compared, names)
    figure.canvas.draw()
    width, height = figure.bbox.size
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= width
        assert box.y0 >= 0
        assert box.y1 <= height
    for line in figure.axes[0].lines:
        assert max(line.get_xdata()) <= figure.get_figwidth()
