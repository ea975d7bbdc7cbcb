"""Curves of simple regret or best value against trials, one panel per task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from hebo.experiment.report.curves import TaskCurves
from hebo.experiment.report.style import (
    INK,
    MUTED,
    Cell,
    legend_above,
    legend_height,
    line_style,
    plain_axes,
    sheet,
    title,
    vertical_ticks,
)

MAX_COLUMNS = 3
SMALL = Cell(3.5, 2.75, bottom=0.5, top=0.5)
LARGE = Cell(5.2, 3.4, bottom=0.5, top=0.5)


def regret_panel(curves: TaskCurves, *, is_large: bool) -> Figure:
    """Return the panel of one task as a figure of its own, without a legend."""
    figure, (axes,) = sheet(1, LARGE if is_large else SMALL, columns=1)
    draw_curves(axes, curves)
    return figure


def regret_figure(tasks: Sequence[TaskCurves]) -> Figure:
    """Return all panels on one sheet with a legend, for a file."""
    names = list(dict.fromkeys(name for task in tasks for name in task.bands))
    columns = min(len(tasks), MAX_COLUMNS) or 1
    cell = LARGE if len(tasks) <= 2 else SMALL
    header = legend_height(columns * cell.width, len(names)) if names else 0.0
    figure, panels = sheet(len(tasks), cell, columns=columns, header=header)
    for axes, curves in zip(panels, tasks, strict=True):
        draw_curves(axes, curves)
    if names:
        legend_above(figure, [_handle(index) for index in range(len(names))], names, left=cell.left)
    return figure


def _handle(index: int) -> Line2D:
    colour, dash = line_style(index)
    return Line2D([], [], color=colour, linestyle=dash, linewidth=2)


def draw_curves(axes: Axes, curves: TaskCurves) -> None:
    """Draw median and inter-quartile band of each optimiser into `axes`."""
    plain_axes(axes)
    title(axes, curves.task, subtitle=curves.quantity, length=40)
    axes.set_xlabel("trials", fontsize=8.5, color=MUTED)
    if curves.is_empty:
        axes.text(0.5, 0.5, "no successful trial yet", transform=axes.transAxes, ha="center", color=MUTED)
        axes.set(xticks=[], yticks=[])
        return
    for index, name in enumerate(curves.bands):
        _draw_band(axes, curves, name, index)
    vertical_ticks(axes, curves.view.ticks())
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
    axes.set_xlim(1, max(2, *(len(band.median) for band in curves.bands.values())))
    if curves.optimum is not None:
        _mark_optimum(axes, float(curves.view.position(np.array([curves.optimum]))[0]))


def _draw_band(axes: Axes, curves: TaskCurves, name: str, index: int) -> None:
    band, (colour, dash) = curves.bands[name], line_style(index)
    lower, median, upper = map(curves.view.position, (band.lower, band.median, band.upper))
    trials = np.arange(1, len(median) + 1)
    if band.n_runs > 1:
        axes.fill_between(trials, lower, upper, color=colour, alpha=0.16, linewidth=0, step="post", zorder=1)
    # A single value has no line to be seen; a dot marks it.
    marker = "o" if np.isfinite(median).sum() == 1 else ""
    # Where curves coincide the optimiser named first is the one to be seen.
    axes.step(
        trials,
        median,
        where="post",
        color=colour,
        linestyle=dash,
        linewidth=1.8,
        marker=marker,
        zorder=3 - index / 100,
    )


def _mark_optimum(axes: Axes, height: float) -> None:
    axes.axhline(height, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.annotate(
        "optimum",
        (1, height),
        xycoords=("axes fraction", "data"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="right",
        fontsize=7.5,
        color=INK,
    )
