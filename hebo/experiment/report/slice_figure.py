"""Slice plots of one run: the objective against one parameter at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.report.best_run import BestRun
from hebo.experiment.report.parameters import ParameterAxis
from hebo.experiment.report.style import (
    ACCENT,
    MUTED,
    SURFACE,
    Cell,
    plain_axes,
    scale_color,
    sheet,
    sheet_title,
    title,
    vertical_ticks,
)
from hebo.experiment.report.text import plain

COLUMNS = 4
CELL = Cell(2.7, 2.15)
_MAX_LABELS = 6


def slice_panel(run: BestRun, axis: ParameterAxis) -> Figure:
    """Return the slice of one parameter as a figure of its own."""
    figure, (axes,) = sheet(1, CELL, columns=1)
    draw_slice(axes, run, axis)
    return figure


def slice_figure(run: BestRun) -> Figure:
    """Return all slices on one sheet, for a file."""
    figure, panels = sheet(len(run.axes), CELL, columns=min(len(run.axes), COLUMNS) or 1, header=0.35)
    for axes, axis in zip(panels, run.axes, strict=True):
        draw_slice(axes, run, axis)
    sheet_title(figure, f"{run.task}: {run.optimizer}, seed {run.seed}")
    return figure


def draw_slice(axes: Axes, run: BestRun, axis: ParameterAxis) -> None:
    """Draw all trials, later ones darker, the best marked, failed ones as ticks on the lower edge."""
    plain_axes(axes)
    title(axes, axis.name, size=8.5, length=30)
    x = axis.positions + (_jitter(axis) if axis.is_categorical else 0.0)
    heights = run.view.position(run.values)
    # The palest third of the scale serves lines; dots need more weight.
    colors = np.array([scale_color(0.65 * (1 - age)) for age in _ages(run)], dtype=object)
    edge: dict[str, Any] = {"s": 17, "edgecolors": SURFACE, "linewidths": 0.4, "clip_on": False}
    within = (heights >= 0) & (heights <= 1)
    markers = {"o": within, "^": heights > 1, "v": heights < 0}
    for marker, chosen in markers.items():
        if not chosen.any():
            continue
        axes.scatter(
            x[chosen],
            np.where(within, heights, np.where(heights > 1, 1.06, -0.06))[chosen],
            c=list(colors[chosen]),
            marker=marker,
            **edge,
        )
    failed = np.isnan(heights)
    axes.plot(x[failed], np.full(failed.sum(), -0.07), "|", color=MUTED, markersize=6)
    if run.best is not None:
        ring: dict[str, Any] = {"markerfacecolor": "none", "markeredgecolor": ACCENT, "markeredgewidth": 1.8}
        axes.plot(x[run.best], heights[run.best], "o", markersize=9, clip_on=False, **ring)
    _set_scales(axes, run, axis)


def _ages(run: BestRun) -> Floats:
    """Return 0 for the first trial .. 1 for the last."""
    return np.asarray(run.numbers / max(run.numbers.max(initial=0.0), 1.0))


def _jitter(axis: ParameterAxis) -> Floats:
    """Spread the trials of a category over the middle of its place, the same way each time."""
    steps = (np.arange(len(axis.positions)) * 0.618034) % 1.0
    return np.asarray((steps - 0.5) * 0.5 / max(len(axis.ticks), 1))


def _set_scales(axes: Axes, run: BestRun, axis: ParameterAxis) -> None:
    ticks = axis.ticks[:: -(-len(axis.ticks) // _MAX_LABELS) or 1]
    length = 24 // max(len(ticks), 1)
    axes.set_xticks(
        [place for place, _ in ticks], [plain(label, length=max(length, 4)) for _, label in ticks]
    )
    axes.set_xlim(-0.05, 1.05)
    axes.tick_params(labelsize=7.5)
    vertical_ticks(axes, [] if run.best is None else run.view.ticks(4), margin=0.1)
