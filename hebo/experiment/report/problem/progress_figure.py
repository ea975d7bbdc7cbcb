"""Progress figure: every trial at its value, and the best so far."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.report.hover import set_hover
from hebo.experiment.report.problem.contents import ProblemContents
from hebo.experiment.report.problem.marks import BEYOND, FAILED_HEIGHT, draw_trials, legend_of, mark_best
from hebo.experiment.report.problem.trials import FAILED, PENDING, best_rows, column
from hebo.experiment.report.style import (
    INK,
    MUTED,
    PALETTE,
    Cell,
    legend_above,
    legend_height,
    plain_axes,
    sheet,
    title,
    vertical_ticks,
)
from hebo.experiment.report.text import number
from hebo.experiment.report.view import View, full_view, objective_view

CELL = Cell(5.0, 2.8, left=0.6, right=0.2, bottom=0.5, top=0.32)
MAX_CONTEXTS = 7


def progress_figure(contents: ProblemContents) -> Figure:
    """Return the figure; of several objectives the hypervolume."""
    return _hypervolume(contents) if len(contents.outcomes.objectives) > 1 else _values(contents)


def _values(contents: ProblemContents) -> Figure:
    objective = contents.outcomes.objectives[0]
    trials = contents.trials[contents.trials["kind"] != PENDING]
    values, x = column(trials, objective.name), trials["number"].to_numpy(dtype=float)
    view = objective_view(values, objective.goal)
    if objective.target is not None and np.isfinite(values).any():
        view = view.including(objective.target)
    kinds = set(np.where(np.isnan(values), FAILED, trials["kind"].to_numpy(dtype=object)))
    line = "" if contents.bests else "best so far"
    handles, labels = legend_of(sorted(kinds), line=line, best=contents.best is not None)
    figure, (axes,) = sheet(1, CELL, columns=1, header=legend_height(CELL.width - CELL.left, labels))
    plain_axes(axes)
    title(axes, objective.title, size=9.5)
    if not contents.bests:
        _best_line(axes, trials, values, view, objective.name)
    draw_trials(axes, x, values, trials, view, contents.outcomes, with_points=True)
    _reference(axes, view, objective.target, "target")
    _reference(axes, view, _optimum(contents), "known optimum")
    if contents.best is not None:
        value = column(contents.trials, objective.name)[contents.best]
        number_ = float(contents.trials["number"].iloc[contents.best])
        mark_best(axes, number_, float(view.position(np.array([value]))[0]))
    _finish(axes, view if np.isfinite(values).any() else None, x)
    legend_above(figure, handles, labels, left=CELL.left)
    return figure


def _best_line(axes: Axes, trials: pd.DataFrame, values: Floats, view: View, name: str) -> None:
    rows = np.array(best_rows(trials, name), dtype=int)
    best = np.where(rows >= 0, values[rows] if len(rows) else 0.0, np.nan)
    heights = np.clip(view.position(best), -BEYOND, 1 + BEYOND)
    axes.step(trials["number"], heights, where="post", color=INK, linewidth=1.5, zorder=2)


def _optimum(contents: ProblemContents) -> float | None:
    least, objective = contents.measure.optimum, contents.outcomes.objectives[0]
    if not np.isfinite(least) or contents.measure.contexts or objective.target is not None:
        return None
    return float(objective.measured(least))


def _reference(axes: Axes, view: View, value: float | None, text: str) -> None:
    """Draw a horizontal line where it is within the axis."""
    height = np.nan if value is None else float(view.position(np.array([value]))[0])
    if not -0.02 <= height <= 1.02:
        return
    axes.axhline(height, color=PALETTE[2], linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
    axes.annotate(
        f"{text} {number(value or 0.0)}",
        *((1, height), (0, 3)),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        fontsize=7.5,
        color=PALETTE[2],
    )


def _hypervolume(contents: ProblemContents) -> Figure:
    mine = contents.table[contents.table["run_id"] == contents.run["run_id"]]
    values = contents.measure.shown(mine["so_far"].to_numpy(dtype=float))
    x = mine["number"].to_numpy(dtype=float)
    figure, (axes,) = sheet(1, CELL, columns=1)
    plain_axes(axes)
    title(axes, contents.measure.title, size=9.5)
    view = full_view(values, is_log=False)
    axes.step(x, view.position(values), where="post", color=INK, linewidth=1.5)
    marks = axes.plot(x, view.position(values), "o", color=PALETTE[0], markersize=4, clip_on=False)
    set_hover(
        marks[0], [f"after trial {int(place)}: {number(one)}" for place, one in zip(x, values, strict=True)]
    )
    _finish(axes, view if len(values) else None, x)
    return figure


def _finish(axes: Axes, view: View | None, x: Floats) -> None:
    vertical_ticks(axes, [] if view is None else view.ticks(), margin=-FAILED_HEIGHT + 0.02)
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True, min_n_ticks=1))
    low, high = (float(x.min()), float(x.max())) if len(x) else (0.0, 1.0)
    room = 0.5 + 0.01 * (high - low)
    axes.set_xlim(low - room, high + room)
    axes.set_xlabel("trial", fontsize=8.5, color=MUTED)
