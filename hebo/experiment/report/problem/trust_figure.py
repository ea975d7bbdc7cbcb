"""Trust figure: predictions of held-out measurements against these, with their 90 % intervals."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebo.experiment.report.hover import set_hover
from hebo.experiment.report.style import FAINT, INK, MUTED, PALETTE, SURFACE, Cell, plain_axes, sheet, title
from hebo.experiment.report.text import number
from hebo.experiment.report.view import objective_view
from hebo.explain.diagnosis import OutcomeDiagnosis

CELL = Cell(3.9, 3.4, left=0.62, right=0.2, bottom=0.5, top=0.48)


def trust_panel(found: OutcomeDiagnosis, name: str) -> Figure:
    """Return the plot of one quantity, called `name` with its unit."""
    return trust_figure([(found, name)])


def trust_figure(found: list[tuple[OutcomeDiagnosis, str]]) -> Figure:
    """Return the plots of all quantities on one sheet, for a file."""
    figure, panels = sheet(len(found), CELL, columns=min(3, len(found)))
    for axes, (one, name) in zip(panels, found, strict=True):
        _draw(axes, one, name)
    return figure


def _draw(axes: Axes, found: OutcomeDiagnosis, name: str) -> None:
    plain_axes(axes)
    title(axes, name, subtitle="predicted without it", size=9, length=44)
    columns = ("measured", "predicted", "low", "high")
    measured, predicted, low, high = (found.held_out[one].to_numpy(dtype=float) for one in columns)
    view = objective_view(np.concatenate([measured, predicted]), "target")
    x, y, bottom, top = (np.clip(view.position(one), -0.05, 1.05) for one in (measured, predicted, low, high))
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1.6, zorder=1)
    is_inside = (low <= measured) & (measured <= high)
    for chosen, color, text in ((is_inside, PALETTE[0], "within"), (~is_inside, PALETTE[1], "outside")):
        rows = np.flatnonzero(chosen)
        if len(rows):
            axes.vlines(x[rows], bottom[rows], top[rows], color=color, linewidth=1.0, alpha=0.45, zorder=2)
            marks = axes.plot(
                *(x[rows], y[rows], "o"),
                color=color,
                markeredgecolor=SURFACE,
                markeredgewidth=0.4,
                markersize=4.6,
                clip_on=False,
                zorder=3,
            )
            texts = [
                f"measured {number(measured[row])}, predicted {number(predicted[row])}; {text} the 90 % "
                f"interval {number(low[row])} to {number(high[row])}"
                for row in rows
            ]
            set_hover(marks[0], texts)
    ticks = view.ticks(4)
    axes.set_xlim(-0.06, 1.06)
    axes.set_ylim(-0.06, 1.06)
    axes.set_xticks([place for place, _ in ticks], [label for _, label in ticks])
    axes.set_yticks([place for place, _ in ticks], [label for _, label in ticks])
    axes.spines["bottom"].set_color(INK)
    axes.set_xlabel("measured", fontsize=8.5, color=MUTED)
