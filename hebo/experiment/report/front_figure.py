"""Front figure: trials of several objectives; a scatter of each pair, parallel coordinates above three."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hebo.experiment.analysis.fronts import Front
from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.report.hover import set_hover
from hebo.experiment.report.style import (
    FAINT,
    INK,
    MUTED,
    Cell,
    legend_above,
    legend_height,
    line_style,
    new_figure,
    plain_axes,
    sheet,
    title,
)
from hebo.experiment.report.text import number, plain

CELL = Cell(4.2, 3.3, left=0.75, right=0.2, bottom=0.55, top=0.4)
MAX_OTHERS = 1000
"""Most trials beside the fronts that are drawn; of more, every k-th is."""

_MARKERS = "osD^vPX"


def front_figure(front: Front, optimizers: list[str]) -> Figure:
    """Return the figure.

    Args:
        front: Of one task.
        optimizers: The order that fixes their colors.
    """
    shown = [(optimizers.index(name), str(name)) for name in front.points["optimizer"].unique()]
    shown.sort()
    if len(front.objectives) > 3:
        return _parallel(front, shown)
    pairs = list(combinations(front.objectives, 2))
    width = CELL.width * len(pairs)
    names = [name for _, name in shown] if len(optimizers) > 1 else []
    header = legend_height(width - CELL.left, names) if names else 0.0
    figure, panels = sheet(len(pairs), CELL, columns=len(pairs), header=header)
    for axes, (x, y) in zip(panels, pairs, strict=True):
        _scatter(axes, front, (x, y), shown)
    handles = [
        Line2D([], [], color=line_style(index)[0], marker=_marker(index), linestyle="") for index, _ in shown
    ]
    if names:
        legend_above(figure, handles, names, left=CELL.left)
    return figure


def _marker(index: int) -> str:
    return _MARKERS[index % len(_MARKERS)]


def _scatter(axes: Axes, front: Front, pair: tuple[str, str], shown: list[tuple[int, str]]) -> None:
    """Draw the points of the fronts in front of the other trials, the front of all with an outline."""
    plain_axes(axes)
    title(axes, front.task, length=40)
    x, y = pair
    others = front.others.iloc[:: -(-len(front.others) // MAX_OTHERS) or 1]
    axes.plot(others[x], others[y], "o", color=FAINT, markersize=3, zorder=1)
    for index, name in shown:
        mine = front.points[front.points["optimizer"] == name]
        color, _ = line_style(index)
        for is_best, edge in ((False, color), (True, INK)):
            rows = mine[mine["is_best"] == is_best]
            marks = axes.plot(
                rows[x],
                rows[y],
                _marker(index),
                color=color,
                markeredgecolor=edge,
                markersize=5.5,
                zorder=3 + is_best - index / 100,
            )
            set_hover(marks[0], [_text(row, (x, y)) for row in rows.to_dict("records")])
    titles = {one.name: one.title for one in front.measure.objectives}
    axes.set_xlabel(plain(titles[x], length=40), fontsize=8.5, color=MUTED)
    axes.set_ylabel(plain(titles[y], length=40), fontsize=8.5, color=MUTED)


def _text(row: dict[Any, Any], pair: tuple[str, str]) -> str:
    values = ", ".join(f"{name} {number(float(row[name]))}" for name in pair)
    return f"{row['optimizer']}, seed {row['seed']}, trial {row['number']}: {values}"


def _parallel(front: Front, shown: list[tuple[int, str]]) -> Figure:
    """Draw each point of the fronts as a line over its objectives, each axis from its best to its worst."""
    names = list(front.objectives)
    width = min(10.8, 1.6 + 1.4 * len(names))
    header = legend_height(width, [name for _, name in shown])
    figure = new_figure(width, 3.1 + header, is_laid_out=False)
    height = figure.get_figheight()
    axes = figure.add_axes((0.0, 0.06, 1.0, 1 - (header + 0.75) / height))
    axes.set_axis_off()
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_ylim(-0.04, 1.04)
    values = front.points[names].to_numpy(dtype=float)
    low, high = values.min(axis=0), values.max(axis=0)
    heights = (values - low) / np.where(high > low, high - low, 1.0)
    # Each axis has its best value below.
    is_flipped = np.array([one.goal == "maximize" for one in front.measure.objectives])
    heights, low, high = (
        np.where(is_flipped, one, other) for one, other in ((1 - heights, heights), (high, low), (low, high))
    )
    for index, name in shown:
        rows = heights[(front.points["optimizer"] == name).to_numpy()]
        color, dash = line_style(index)
        segments = [np.column_stack([np.arange(len(names)), row]) for row in rows]
        axes.add_collection(
            LineCollection(segments, colors=color, linestyles=dash, linewidths=1.1, alpha=0.8)
        )
    for place, one in enumerate(front.measure.objectives):
        _axis(axes, place, one.title, (low, high))
    handles = [
        Line2D([], [], color=c, linestyle=d, linewidth=2) for c, d in (line_style(i) for i, _ in shown)
    ]
    legend_above(figure, handles, [name for _, name in shown], left=0.2)
    top = 1 - (header + 0.1) / height
    figure.text(0.2 / width, top, plain(front.task), va="top", fontsize=9.5, color=INK, weight="bold")
    return figure


def _axis(axes: Axes, place: int, name: str, ends: tuple[Floats, Floats]) -> None:
    axes.plot([place, place], [0, 1], color=MUTED, linewidth=0.9, zorder=3)
    text: dict[str, Any] = {"ha": "center", "fontsize": 8}
    axes.text(place, 1.11, plain(name, length=18), va="bottom", color=INK, **text)
    axes.text(place, 1.02, number(float(ends[1][place])), va="bottom", color=MUTED, **text)
    axes.text(place, -0.02, number(float(ends[0][place])), va="top", color=MUTED, **text)
