"""Score figure: mean normalised score against trials, one line per optimiser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

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
)

CELL = Cell(5.8, 3.6, bottom=0.5, top=0.5)
_TOP = 3.0
"""Scores beyond are not shown: the first points are often far worse than all that follows."""


def score_figure(curves: Mapping[str, pd.DataFrame], optimizers: Sequence[str], *, name: str = "") -> Figure:
    """Return the curves of `score_curves` as a figure with a legend.

    Args:
        curves: Optimiser -> `mean`, `lower`, `upper` by trials.
        optimizers: All labels in the order that fixes their colours.
        name: What the title says beside the quantity.
    """
    shown = [(index, one) for index, one in enumerate(optimizers) if one in curves]
    header = legend_height(CELL.width - CELL.left, [one for _, one in shown]) if shown else 0.0
    figure, (axes,) = sheet(1, CELL, columns=1, header=header)
    plain_axes(axes)
    title(axes, name or "Normalised score", subtitle="mean score: 0 best known, 1 random search")
    axes.set_xlabel("trials", fontsize=8.5, color=MUTED)
    for index, one in shown:
        _draw(axes, curves[one], index)
    _frame(axes, curves)
    if shown:
        handles = [Line2D([], [], color=c, linestyle=d, linewidth=2) for c, d in map(line_style, dict(shown))]
        legend_above(figure, handles, [one for _, one in shown], left=CELL.left)
    return figure


def _draw(axes: Axes, curve: pd.DataFrame, index: int) -> None:
    color, dash = line_style(index)
    trials = curve.index.to_numpy()
    if curve["lower"].notna().all():
        axes.fill_between(trials, curve["lower"], curve["upper"], color=color, alpha=0.12, linewidth=0)
    front = 3 - index / 100  # where curves coincide the optimiser named first is the one to be seen
    axes.plot(trials, curve["mean"], color=color, linestyle=dash, linewidth=1.8, zorder=front)
    axes.plot(trials, curve["mean"], color=color, linestyle="", marker="o", markersize=3, zorder=front)


def _frame(axes: Axes, curves: Mapping[str, pd.DataFrame]) -> None:
    """Show what is below `_TOP` and mark random search's mean."""
    highest = [float(np.nanmax(one[["mean", "upper"]].to_numpy())) for one in curves.values() if len(one)]
    axes.set_ylim(0.0, min(_TOP, 1.05 * max([1.0, *highest])))
    axes.axhline(1.0, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    longest = max((int(one.index.max()) for one in curves.values() if len(one)), default=2)
    axes.set_xlim(1, max(2, longest))
