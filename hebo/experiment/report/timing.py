"""Where the time went: mean seconds per trial by optimiser."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from hebo.experiment.report.style import INK, MUTED, SCALE, legend_above, new_figure, plain_axes
from hebo.experiment.report.text import plain

PHASES = {
    "ask": "ask_seconds",
    "tell": "tell_seconds",
    "evaluate": "eval_seconds",
    "other": "overhead_seconds",
}
"""Phase -> column of trials. `other` is the CPU time of the runner itself."""

_COLOURS = dict(zip(PHASES, (SCALE[0], SCALE[3], SCALE[5], MUTED), strict=True))


def timing_table(table: pd.DataFrame, optimizers: list[str]) -> pd.DataFrame:
    """Return mean seconds per ended trial: one row per optimiser, one column per phase and their `total`.

    A time that was not measured (a trial that crashed) counts as zero. Optimisers without an ended
    trial are NaN.
    """
    seconds = table[list(PHASES.values())].astype(float).fillna(0.0)
    means = seconds.groupby(table["optimizer"].to_numpy()).mean().reindex(optimizers)
    means.columns = pd.Index(PHASES)
    return means.assign(total=means.sum(axis=1, min_count=1))


def timing_figure(means: pd.DataFrame) -> Figure:
    """Return stacked bars of `timing_table`."""
    figure = new_figure(7.2, 0.95 + 0.4 * max(len(means), 1))
    axes = figure.add_subplot()
    plain_axes(axes, grid="x")
    left = pd.Series(0.0, index=means.index)
    handles = []
    for phase in PHASES:
        widths = means[phase].fillna(0.0)
        handles.append(axes.barh(range(len(means)), widths, left=left, height=0.58, color=_COLOURS[phase]))
        left += widths
    axes.set_yticks(
        range(len(means)), [plain(name, length=28) for name in means.index], fontsize=9, color=INK
    )
    axes.set_ylim(max(len(means), 1) - 0.5, -0.5)
    axes.set_xlim(left=0.0, right=float(left.max() if len(left) else 0.0) * 1.02 or 1.0)
    axes.set_xlabel("seconds per trial", fontsize=8.5, color=MUTED)
    legend_above(figure, handles, list(PHASES))
    return figure
