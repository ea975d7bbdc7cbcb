"""Parallel coordinates of one run: every trial a line through its parameters to its objective."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.report.best_run import BestRun
from hebo.experiment.report.parameters import ParameterAxis
from hebo.experiment.report.style import ACCENT, INK, MUTED, SURFACE, new_figure, scale_color, sheet_title
from hebo.experiment.report.text import number, plain, wrap_name

MAX_AXES = 8
"""Parameters per row; a space with more is drawn in several rows, each ending in the objective."""

INACTIVE = -0.16
"""Where a line passes an axis whose parameter is inactive."""

_MAX_LABELS = 9


def parallel_rows(run: BestRun) -> list[Figure]:
    """Return one figure per row of axes."""
    rows = _rows(run.axes)
    figures = []
    for axes in rows:
        figure = new_figure(_width(len(rows[0])), 2.9, is_laid_out=False)
        draw_parallel(figure.add_axes((0.0, 0.04, 1.0, 0.84)), run, axes, n_places=len(rows[0]))
        figures.append(figure)
    return figures


def parallel_figure(run: BestRun) -> Figure:
    """Return all rows on one sheet, for a file."""
    rows = _rows(run.axes)
    height = 3.2 * len(rows) + 0.4
    figure = new_figure(_width(len(rows[0])), height, is_laid_out=False)
    for index, axes in enumerate(rows):
        bottom = (3.2 * (len(rows) - 1 - index) + 0.15) / height
        drawn = figure.add_axes((0.0, bottom, 1.0, 2.5 / height))
        draw_parallel(drawn, run, axes, n_places=len(rows[0]))
    sheet_title(figure, f"{run.task}: {run.optimizer}, seed {run.seed}")
    return figure


def _rows(axes: Sequence[ParameterAxis]) -> list[list[ParameterAxis]]:
    """Split the axes into rows of nearly equal length, the longer ones first."""
    n_rows = -(-len(axes) // MAX_AXES) or 1
    chunks = np.array_split(np.arange(len(axes)), n_rows)
    return [[axes[index] for index in chunk] for chunk in chunks]


def _width(n_axes: int) -> float:
    return min(10.8, 1.6 + 1.25 * n_axes) if n_axes < MAX_AXES else 10.8


def draw_parallel(axes: Axes, run: BestRun, row: Sequence[ParameterAxis], *, n_places: int) -> None:
    """Draw the lines of all trials through the axes of `row` and the objective.

    `n_places` is the number of parameters of the longest row, with which this one keeps step.
    """
    axes.set_axis_off()
    axes.set_xlim(-0.62, n_places + 0.45)
    is_inactive = [bool(np.isnan(one.positions).any()) for one in row]
    axes.set_ylim(INACTIVE - 0.04 if any(is_inactive) else -0.04, 1.04)
    heights = [np.nan_to_num(one.positions, nan=INACTIVE) for one in row]
    _draw_lines(axes, run, np.column_stack([*heights, np.clip(run.view.position(run.values), 0.0, 1.0)]))
    for x, one in enumerate(row):
        _draw_axis(axes, x, one.name, _thinned(one.ticks))
        if is_inactive[x]:
            _label(axes, x, INACTIVE, "inactive")
    _draw_axis(axes, len(row), run.objective, _objective_ticks(run), is_objective=True)


def _draw_lines(axes: Axes, run: BestRun, points: Floats) -> None:
    """Draw failed trials dotted and without an end, the others colored by rank, the best on top."""
    order = [row for row in np.argsort(-run.ranks, kind="stable") if np.isfinite(run.values[row])]
    failed = [row for row in range(len(points)) if np.isnan(run.values[row])]
    segments = [_polyline(points[row]) for row in order]
    colors = [scale_color(run.ranks[row]) for row in order]
    axes.add_collection(
        LineCollection(
            [_polyline(points[row, :-1]) for row in failed], colors=MUTED, linewidths=0.7, linestyles=":"
        )
    )
    axes.add_collection(LineCollection(segments, colors=colors, linewidths=1.0, alpha=0.9))
    if run.best is not None:
        height = points[run.best]
        axes.plot(range(len(height)), height, "-o", color=ACCENT, linewidth=2, markersize=4.5, zorder=5)


def _polyline(heights: Floats) -> Floats:
    return np.column_stack([np.arange(len(heights)), heights])


def _draw_axis(
    axes: Axes, x: int, name: str, ticks: Sequence[tuple[float, str]], *, is_objective: bool = False
) -> None:
    axes.plot(
        [x, x], [0, 1], color=INK if is_objective else MUTED, linewidth=1.4 if is_objective else 0.9, zorder=3
    )
    wrapped = wrap_name(name)
    weight = "bold" if is_objective else "normal"
    axes.text(
        x, 1.07, wrapped, ha="center", va="bottom", fontsize=8, color=INK, weight=weight, linespacing=1.15
    )
    for height, label in ticks:
        _label(axes, x, height, label, is_right=is_objective)


def _label(axes: Axes, x: float, height: float, text: str, *, is_right: bool = False) -> None:
    axes.annotate(
        plain(text, length=14),
        (x, height),
        xytext=(5 if is_right else -5, 0),
        textcoords="offset points",
        ha="left" if is_right else "right",
        va="center",
        fontsize=7.5,
        color=MUTED,
        zorder=6,
        bbox={"facecolor": SURFACE, "alpha": 0.8, "edgecolor": "none", "pad": 0.8},
        annotation_clip=False,
    )


def _thinned(ticks: Sequence[tuple[float, str]]) -> Sequence[tuple[float, str]]:
    """Leave out labels evenly where there are too many to stand apart."""
    return ticks[:: -(-len(ticks) // _MAX_LABELS) or 1]


def _objective_ticks(run: BestRun) -> list[tuple[float, str]]:
    """Label both ends of the objective axis."""
    if run.best is None:
        return []
    low, high = run.view.low, run.view.high
    return [(0.0, number(low))] if low == high else [(0.0, number(low)), (1.0, number(high))]
