"""Timing figure: stacked bars of the mean seconds per trial of each optimizer."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from hebo.experiment.analysis.timing import PHASES
from hebo.experiment.report.hover import set_hover
from hebo.experiment.report.style import INK, MUTED, SCALE, legend_above, new_figure, plain_axes
from hebo.experiment.report.text import number, plain

_COLORS = dict(zip(PHASES, (SCALE[0], SCALE[3], SCALE[5], MUTED), strict=True))


def timing_figure(means: pd.DataFrame) -> Figure:
    """Return stacked bars of `timing_table`."""
    figure = new_figure(5.8, 0.95 + 0.4 * max(len(means), 1))
    axes = figure.add_subplot()
    plain_axes(axes, grid="x")
    left = pd.Series(0.0, index=means.index)
    handles = []
    for phase in PHASES:
        widths = means[phase].fillna(0.0)
        bars = axes.barh(range(len(means)), widths, left=left, height=0.58, color=_COLORS[phase])
        for bar, (name, seconds) in zip(bars, widths.items(), strict=True):
            set_hover(bar, [f"{name}: {phase} {number(float(seconds), n_digits=3)} s"])
        handles.append(bars)
        left += widths
    axes.set_yticks(
        range(len(means)), [plain(name, length=24) for name in means.index], fontsize=9, color=INK
    )
    axes.set_ylim(max(len(means), 1) - 0.5, -0.5)
    axes.set_xlim(left=0.0, right=float(left.max() if len(left) else 0.0) * 1.02 or 1.0)
    axes.set_xlabel("seconds per trial", fontsize=8.5, color=MUTED)
    legend_above(figure, handles, list(PHASES))
    return figure
