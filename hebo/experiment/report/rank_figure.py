"""Mean ranks as a dot plot with bootstrap intervals and Nemenyi's critical difference."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hebo.experiment.analysis.ranks import Comparison
from hebo.experiment.report.hover import set_hover
from hebo.experiment.report.style import FAINT, INK, MUTED, line_style, new_figure, plain_axes
from hebo.experiment.report.text import plain


def rank_figure(comparison: Comparison, optimizers: list[str]) -> Figure:
    """Return the figure; `optimizers` gives the order that fixes their colors."""
    ranks = comparison.ranks
    figure = new_figure(5.4, 0.75 + 0.42 * max(len(ranks), 2))
    axes = figure.add_subplot()
    plain_axes(axes, grid="x")
    _shade_ties(axes, comparison)
    for row, (name, values) in enumerate(ranks.iterrows()):
        color, _ = line_style(optimizers.index(str(name)))
        if np.isfinite(values["lower"]):
            axes.hlines(row, values["lower"], values["upper"], color=color, linewidth=2.2, alpha=0.45)
        (mark,) = axes.plot(values["mean_rank"], row, "o", color=color, markersize=8)
        set_hover(mark, [f"{name}: mean rank {values['mean_rank']:.2f}"])
        axes.annotate(
            f"{values['mean_rank']:.2f}",
            (values["mean_rank"], row),
            xytext=(0, 7),
            ha="center",
            textcoords="offset points",
            fontsize=8,
            color=INK,
        )
    axes.set_yticks(
        range(len(ranks)), [plain(name, length=24) for name in ranks.index], fontsize=9, color=INK
    )
    axes.set_ylim(len(ranks) - 0.5, -0.75)
    axes.set_xlim(0.9, max(len(ranks), 2) + 0.1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("mean rank (1 = best)", fontsize=8.5, color=MUTED)
    return figure


def _shade_ties(axes: Axes, comparison: Comparison) -> None:
    """Shade the mean ranks that do not differ significantly from the best one."""
    if comparison.critical_difference is None:
        return
    best = float(comparison.ranks["mean_rank"].iloc[0])
    axes.axvspan(best, best + comparison.critical_difference, color=FAINT, alpha=0.6, linewidth=0)
