"""Slice figure: prediction with its band against one parameter, beside the measured points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebo.design_space.parameters.parameter import Parameter
from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.report.hover import set_hover
from hebo.experiment.report.parameters import ParameterAxis, parameter_axis
from hebo.experiment.report.problem.marks import FAILED_HEIGHT, draw_trials, mark_best
from hebo.experiment.report.problem.texts import cell
from hebo.experiment.report.problem.trials import column
from hebo.experiment.report.style import ACCENT, INK, PALETTE, Cell, plain_axes, sheet, title, vertical_ticks
from hebo.experiment.report.text import number, plain
from hebo.experiment.report.view import View, objective_view
from hebo.outcomes import Constraint, Objective, Outcomes

CELL = Cell(3.0, 2.3, left=0.58, right=0.15, bottom=0.36, top=0.48)
COLUMNS = 3
_MAX_LABELS = 5


@dataclass(frozen=True)
class Slice:
    """How one quantity depends on one parameter, beside the trials.

    Attributes:
        quantity: The objective or constraint.
        parameter: The parameter.
        table: `partial_dependence` of it.
        trials: Those that are drawn.
        best: Row of the best of them, or None.
        recommended: Its value at the point that the model would choose, or None.
        view: The shown part of the axis of the quantity.
    """

    quantity: Objective | Constraint
    parameter: Parameter
    table: pd.DataFrame
    trials: pd.DataFrame
    best: int | None
    recommended: Any
    view: View

    def curve(self, part: str) -> Floats:
        """Return mean, low or high of the prediction."""
        return self.table[f"{self.quantity.name}_{part}"].to_numpy(dtype=float)


def quantity_view(quantity: Objective | Constraint, tables: list[pd.DataFrame], measured: Floats) -> View:
    """Return one axis for all slices of a quantity: predictions, bands and measurements without outliers."""
    parts = [one[f"{quantity.name}_{part}"].to_numpy() for one in tables for part in ("mean", "low", "high")]
    return objective_view(np.concatenate([measured, *parts]), "target")


def slice_panel(one: Slice, outcomes: Outcomes) -> Figure:
    """Return one slice as a figure of its own."""
    return slices_figure([one], outcomes)


def slices_figure(slices: list[Slice], outcomes: Outcomes) -> Figure:
    """Return slices on one sheet, for a file."""
    figure, panels = sheet(len(slices), CELL, columns=min(COLUMNS, len(slices)))
    for axes, one in zip(panels, slices, strict=True):
        _draw(axes, one, outcomes)
    return figure


def _draw(axes: Axes, one: Slice, outcomes: Outcomes) -> None:
    plain_axes(axes)
    title(axes, one.parameter.name, subtitle=one.quantity.title, size=9, length=34)
    grid = parameter_axis(one.parameter, one.table[one.parameter.name].tolist())
    values = [_point(params).get(one.parameter.name) for params in one.trials["params"]]
    told = parameter_axis(one.parameter, values)
    _curve(axes, one, grid)
    _limits(axes, one)
    measured = column(one.trials, one.quantity.name)
    x = told.positions + (_jitter(told) if told.is_categorical else 0.0)
    draw_trials(axes, x, measured, one.trials, one.view, outcomes, scale=0.72)
    if one.best is not None and np.isfinite([x[one.best], measured[one.best]]).all():
        mark_best(axes, float(x[one.best]), float(one.view.position(measured[[one.best]])[0]), size=8)
    (place,) = parameter_axis(one.parameter, [one.recommended]).positions.tolist()
    if np.isfinite(place):
        axes.axvline(place, color=ACCENT, linewidth=1.0, linestyle=(0, (3, 3)), zorder=1)
    _scales(axes, one.view, grid)


def _curve(axes: Axes, one: Slice, grid: ParameterAxis) -> None:
    mean, low, high = (one.view.position(one.curve(part)) for part in ("mean", "low", "high"))
    x = grid.positions
    if grid.is_categorical:
        width = 0.32 / max(len(grid.ticks), 1)
        axes.bar(x, high - low, width=2 * width, bottom=low, color=PALETTE[0], alpha=0.18, linewidth=0)
        axes.hlines(mean, x - width, x + width, color=PALETTE[0], linewidth=1.8, zorder=2)
    else:
        axes.fill_between(x, low, high, color=PALETTE[0], alpha=0.18, linewidth=0)
        axes.plot(x, mean, color=PALETTE[0], linewidth=1.8, zorder=2)
    inside = np.flatnonzero((mean > -0.05) & (mean < 1.05))
    if len(inside):  # wide marks without a color, for the texts alone
        marks = axes.plot(x[inside], mean[inside], "o", color=PALETTE[0], markersize=7, alpha=0.0, zorder=2)
        set_hover(marks[0], [_text(one, int(row)) for row in inside])


def _text(one: Slice, row: int) -> str:
    mean, low, high = (number(float(one.curve(part)[row])) for part in ("mean", "low", "high"))
    at = cell(one.table[one.parameter.name].iloc[row])
    return (
        f"{one.parameter.name} = {at}: {one.quantity.title} {mean} predicted, 90 % between {low} and {high}"
    )


def _limits(axes: Axes, one: Slice) -> None:
    """Draw target and limits that lie within the axis."""
    quantity = one.quantity
    found = [quantity.lb, quantity.ub] if isinstance(quantity, Constraint) else [quantity.target]
    for value in (float(limit) for limit in found if limit is not None):
        (height,) = one.view.position(np.array([value])).tolist()
        if -0.02 <= height <= 1.02:
            color = PALETTE[1] if isinstance(quantity, Constraint) else PALETTE[2]
            axes.axhline(height, color=color, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)


def _point(params: Any) -> dict[str, Any]:
    return params if isinstance(params, dict) else {}


def _jitter(axis: ParameterAxis) -> Floats:
    steps = (np.arange(len(axis.positions)) * 0.618034) % 1.0
    return np.asarray((steps - 0.5) * 0.5 / max(len(axis.ticks), 1))


def _scales(axes: Axes, view: View, grid: ParameterAxis) -> None:
    ticks = grid.ticks[:: -(-len(grid.ticks) // _MAX_LABELS) or 1]
    length = max(26 // max(len(ticks), 1), 4)
    axes.set_xticks([place for place, _ in ticks], [plain(label, length=length) for _, label in ticks])
    axes.set_xlim(-0.05, 1.05)
    axes.tick_params(labelsize=8)
    axes.spines["bottom"].set_color(INK)
    vertical_ticks(axes, view.ticks(4), margin=-FAILED_HEIGHT + 0.03)
