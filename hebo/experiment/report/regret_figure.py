"""Convergence figure: regret, best value or hypervolume against trials or costs, with a ranked legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from hebo.experiment.report.curves import TaskCurves
from hebo.experiment.report.hover import set_hover
from hebo.experiment.report.style import (
    INK,
    MUTED,
    Cell,
    line_style,
    plain_axes,
    sheet,
    title,
    vertical_ticks,
)
from hebo.experiment.report.text import number, plain

MAX_COLUMNS = 3
SMALL = Cell(4.8, 2.75, right=1.82, bottom=0.5, top=0.5)
LARGE = Cell(5.8, 3.4, right=1.82, bottom=0.5, top=0.5)
# Inches: from entry to entry of a legend, at most and at least; from the axes to bar, line and name.
_SPACING, _MIN_SPACING = 0.19, 0.135
_TO_BAR, _TO_LINE, _TO_NAME = 0.1, 0.16, 0.4


def regret_panel(curves: TaskCurves, *, is_large: bool) -> Figure:
    """Return the panel of one task as a figure of its own."""
    cell = _high_enough(LARGE if is_large else SMALL, len(curves.bands))
    figure, (axes,) = sheet(1, cell, columns=1)
    draw_curves(axes, curves)
    return figure


def regret_figure(tasks: Sequence[TaskCurves]) -> Figure:
    """Return all panels on one sheet, for a file."""
    most = max((len(task.bands) for task in tasks), default=0)
    cell = _high_enough(LARGE if len(tasks) <= 2 else SMALL, most)
    figure, panels = sheet(len(tasks), cell, columns=min(len(tasks), MAX_COLUMNS) or 1)
    for axes, curves in zip(panels, tasks, strict=True):
        draw_curves(axes, curves)
    return figure


def _high_enough(cell: Cell, n: int) -> Cell:
    """Return the cell with room for a legend of `n` entries and a note."""
    return replace(cell, height=max(cell.height, cell.top + cell.bottom + (n + 1) * _MIN_SPACING))


def draw_curves(axes: Axes, curves: TaskCurves) -> None:
    """Draw median and inter-quartile band of each optimizer into `axes`, and the legend beside it."""
    plain_axes(axes)
    title(axes, curves.task, subtitle=curves.quantity, length=40)
    axes.set_xlabel(curves.horizontal, fontsize=8.5, color=MUTED)
    if curves.is_empty:
        axes.text(0.5, 0.5, "no successful trial yet", transform=axes.transAxes, ha="center", color=MUTED)
        axes.set(xticks=[], yticks=[])
        return
    for index, name in enumerate(curves.bands):
        _draw_band(axes, curves, name, index)
    vertical_ticks(axes, curves.view.ticks())
    if curves.costs is None:
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        axes.set_xlim(1, max(2, *(len(band.median) for band in curves.bands.values())))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.set_xlim(0, float(curves.costs[-1]))
    if curves.optimum is not None:
        _mark_optimum(axes, float(curves.view.position(np.array([curves.optimum]))[0]))
    _draw_legend(axes, curves)


def _draw_band(axes: Axes, curves: TaskCurves, name: str, index: int) -> None:
    band, (color, dash) = curves.bands[name], line_style(index)
    lower, median, upper = map(curves.view.position, (band.lower, band.median, band.upper))
    places = np.arange(1, len(median) + 1) if curves.costs is None else curves.costs
    if band.n_runs > 1:
        axes.fill_between(places, lower, upper, color=color, alpha=0.16, linewidth=0, step="post", zorder=1)
    # A single value has no line to be seen; a dot marks it.
    marker = "o" if np.isfinite(median).sum() == 1 else ""
    # Where curves coincide the optimizer named first is the one to be seen.
    (line,) = axes.step(
        places,
        median,
        where="post",
        color=color,
        linestyle=dash,
        linewidth=1.8,
        marker=marker,
        zorder=3 - index / 100,
    )
    known = band.median[np.isfinite(band.median)]
    if len(known):
        set_hover(line, [f"{name}: {curves.quantity} {number(float(known[-1]))} at the end"])


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


def _draw_legend(axes: Axes, curves: TaskCurves) -> None:
    """List the optimizers beside `axes`, best first; a bar marks those that do not differ from the best."""
    (width, height), ranking = _size(axes), curves.ranking
    step = min(_SPACING / height, 1 / (len(curves.legend) + 1))
    for row, (index, name) in enumerate(curves.legend):
        y, (color, dash) = 1 - (row + 0.5) * step, line_style(index)
        ends = [1 + _TO_LINE / width, 1 + (_TO_NAME - 0.05) / width]
        _line(axes, ends, [y, y], color=color, linestyle=dash, linewidth=2)
        _write(axes, 1 + _TO_NAME / width, y, plain(name, length=18), INK)
    if ranking is None or len(ranking.optimizers) < 2:
        return
    for first, last in _stretches(ranking.alike):
        _line(axes, [1 + _TO_BAR / width] * 2, [1 - first * step, 1 - last * step], color=INK, linewidth=2.4)
    if not ranking.is_testable:
        y = 1 - (len(ranking.optimizers) + 0.5) * step
        _write(axes, 1 + _TO_LINE / width, y, f"a test needs {ranking.n_needed} seeds", MUTED)


def _stretches(marks: Sequence[bool]) -> list[tuple[int, int]]:
    """Return begin and end of each run of True."""
    edges = np.flatnonzero(np.diff(np.array([False, *marks, False], dtype=int)))
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]


def _size(axes: Axes) -> tuple[float, float]:
    """Return width and height in inches."""
    figure, box = axes.get_figure(), axes.get_position()
    assert isinstance(figure, Figure)
    return float(box.width * figure.get_figwidth()), float(box.height * figure.get_figheight())


def _line(axes: Axes, x: list[float], y: list[float], **style: Any) -> None:
    axes.add_artist(Line2D(x, y, transform=axes.transAxes, clip_on=False, solid_capstyle="butt", **style))


def _write(axes: Axes, x: float, y: float, text: str, color: str) -> None:
    axes.text(x, y, text, transform=axes.transAxes, va="center", fontsize=8, color=color)
