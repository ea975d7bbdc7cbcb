"""Surface figure: prediction against two parameters, as contours or cells, beside the measured points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hebo.design_space.parameters.parameter import Parameter
from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.report.hover import set_hover
from hebo.experiment.report.parameters import ParameterAxis, parameter_axis
from hebo.experiment.report.problem.marks import hover_text
from hebo.experiment.report.problem.texts import cell
from hebo.experiment.report.style import ACCENT, INK, MUTED, SCALE, SURFACE, Cell, sheet, title
from hebo.experiment.report.text import number, plain
from hebo.experiment.report.view import distinct_labels
from hebo.outcomes import Objective, Outcomes

CELL = Cell(4.4, 3.3, left=0.95, right=0.85, bottom=0.55, top=0.45)
_MAX_LABELS = 6


@dataclass(frozen=True)
class Surface:
    """How the leading objective depends on two parameters.

    Attributes:
        objective: The objective.
        parameters: On the horizontal and the vertical axis.
        table: `partial_dependence` of both.
        trials: Those that are drawn.
        best: Row of the best of them, or None.
        recommended: Values at the point that the model would choose.
    """

    objective: Objective
    parameters: tuple[Parameter, Parameter]
    table: pd.DataFrame
    trials: pd.DataFrame
    best: int | None
    recommended: tuple[Any, Any]


def surface_panel(one: Surface, outcomes: Outcomes) -> Figure:
    """Return one surface as a figure of its own."""
    return surfaces_figure([one], outcomes)


def surfaces_figure(surfaces: list[Surface], outcomes: Outcomes) -> Figure:
    """Return surfaces side by side, for a file."""
    figure, panels = sheet(len(surfaces), CELL, columns=len(surfaces))
    for axes, one in zip(panels, surfaces, strict=True):
        _draw(axes, one, outcomes)
    return figure


def _draw(axes: Axes, one: Surface, outcomes: Outcomes) -> None:
    title(axes, f"{one.objective.title}, predicted", size=9, length=44)
    horizontal, vertical = (
        parameter_axis(parameter, one.table[parameter.name].tolist()) for parameter in one.parameters
    )
    x, y = np.unique(horizontal.positions), np.unique(vertical.positions)
    mean = one.table[f"{one.objective.name}_mean"].to_numpy(dtype=float)
    field = np.full((len(y), len(x)), np.nan)
    places = np.searchsorted(y, vertical.positions), np.searchsorted(x, horizontal.positions)
    field[places] = mean
    levels = _levels(mean, one.objective)
    _fill(axes, (x, y), np.asarray(one.objective.minimized(field)), levels, (horizontal, vertical))
    _grid_texts(axes, one, horizontal, vertical)
    _points(axes, one, outcomes)
    _scale(axes, levels, one.objective)
    _ticks(axes, horizontal, vertical, one.parameters)


def _levels(mean: Floats, objective: Objective) -> Floats:
    """Return the bounds of the colors, of what is minimized: one more than there are colors.

    Each color covers the same share of the grid, so that a far corner does not take all of them.
    """
    minimized = np.asarray(objective.minimized(mean), dtype=float)
    levels = np.quantile(minimized, np.linspace(0.0, 1.0, len(SCALE) + 1))
    low, high = float(levels[0]), float(levels[-1])
    least = max(abs(low), abs(high), 1e-12) * 1e-9
    if (np.diff(levels) > least).all():
        return np.asarray(levels)
    return np.linspace(low, max(high, low + least), len(SCALE) + 1)


def _fill(
    axes: Axes,
    places: tuple[Floats, Floats],
    field: Floats,
    levels: Floats,
    kinds: tuple[ParameterAxis, ParameterAxis],
) -> None:
    x, y = places
    is_smooth = not any(one.is_categorical for one in kinds) and min(field.shape) > 1
    if is_smooth and np.isfinite(field).all():
        axes.contourf(x, y, field, levels=levels, colors=list(SCALE), extend="both", zorder=0)
        return
    colors, norm = ListedColormap(list(SCALE)), BoundaryNorm(levels, len(SCALE))
    style: dict[str, Any] = {"edgecolors": SURFACE, "linewidth": 0.4, "zorder": 0}
    axes.pcolormesh(_edges(x), _edges(y), field, cmap=colors, norm=norm, **style)


def _edges(places: Floats) -> Floats:
    """Return the borders between places, from 0 to 1."""
    middle = (places[1:] + places[:-1]) / 2
    return np.concatenate([[0.0], middle, [1.0]])


def _grid_texts(axes: Axes, one: Surface, horizontal: ParameterAxis, vertical: ParameterAxis) -> None:
    """Put a mark without a color at each point of the grid, for its text."""
    names = [parameter.name for parameter in one.parameters]
    columns = [f"{one.objective.name}_{part}" for part in ("mean", "low", "high")]
    marks = axes.plot(
        horizontal.positions, vertical.positions, "s", color=INK, markersize=9, alpha=0.0, zorder=1
    )
    texts = []
    for row in one.table.to_dict("records"):
        at = ", ".join(f"{name} = {cell(row[name])}" for name in names)
        mean, low, high = (number(float(row[name])) for name in columns)
        texts.append(f"{at}: {mean} predicted, 90 % between {low} and {high}")
    set_hover(marks[0], texts)


def _points(axes: Axes, one: Surface, outcomes: Outcomes) -> None:
    points = [params if isinstance(params, dict) else {} for params in one.trials["params"]]
    laid = [
        parameter_axis(parameter, [point.get(parameter.name) for point in points])
        for parameter in one.parameters
    ]
    x, y = (
        axis.positions + (_spread(axis, 0.618034 + 0.137 * place) if axis.is_categorical else 0.0)
        for place, axis in enumerate(laid)
    )
    shown = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if len(shown):
        style: dict[str, Any] = {"markerfacecolor": SURFACE, "markeredgecolor": INK, "markeredgewidth": 0.8}
        marks = axes.plot(
            x[shown], y[shown], "o", linestyle="", markersize=4.2, clip_on=False, zorder=3, **style
        )
        set_hover(marks[0], [hover_text(one.trials.iloc[row], outcomes) for row in shown])
    if one.best is not None and np.isfinite([x[one.best], y[one.best]]).all():
        _ring(axes, float(x[one.best]), float(y[one.best]), "o", 9)
    chosen = [
        parameter_axis(parameter, [value]).positions[0]
        for parameter, value in zip(one.parameters, one.recommended, strict=True)
    ]
    if np.isfinite(chosen).all():
        _ring(axes, float(chosen[0]), float(chosen[1]), "x", 8)


def _ring(axes: Axes, x: float, y: float, marker: str, size: float) -> None:
    style: dict[str, Any] = {"markerfacecolor": "none", "markeredgecolor": ACCENT, "markeredgewidth": 2.0}
    axes.plot([x], [y], marker, markersize=size, clip_on=False, zorder=4, **style)


def _spread(axis: ParameterAxis, ratio: float) -> Floats:
    steps = (np.arange(len(axis.positions)) * ratio) % 1.0
    return np.asarray((steps - 0.5) * 0.6 / max(len(axis.ticks), 1))


def _scale(axes: Axes, levels: Floats, objective: Objective) -> None:
    """Draw the colors beside the axes, the best at the top, with the values at some of their bounds."""
    for index, color in enumerate(SCALE):
        height = 1 / len(SCALE)
        place = (1.04, 1 - (index + 1) * height)
        patch = Rectangle(place, 0.04, height, color=color, linewidth=0, clip_on=False)
        patch.set_transform(axes.transAxes)
        axes.add_artist(patch)
    bounds = [float(objective.measured(one)) for one in levels[::3]]
    labels = dict(zip(sorted(set(bounds)), distinct_labels(sorted(set(bounds))), strict=True))
    for row, value in enumerate(bounds):
        text = f"{labels[value]} off" if objective.target is not None else labels[value]
        y = 1 - row / (len(bounds) - 1)
        axes.text(1.1, y, text, transform=axes.transAxes, va="center", fontsize=8, color=MUTED)


def _ticks(
    axes: Axes,
    horizontal: ParameterAxis,
    vertical: ParameterAxis,
    parameters: tuple[Parameter, Parameter],
) -> None:
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_facecolor("none")
    axes.tick_params(length=0, colors=MUTED, labelsize=8)
    across = horizontal.ticks[:: -(-len(horizontal.ticks) // _MAX_LABELS) or 1]
    up = vertical.ticks[:: -(-len(vertical.ticks) // 8) or 1]
    length = max(34 // max(len(across), 1), 4)
    axes.set_xticks([place for place, _ in across], [plain(text, length=length) for _, text in across])
    axes.set_yticks([place for place, _ in up], [plain(text, length=11) for _, text in up])
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel(plain(parameters[0].name, length=40), fontsize=8.5, color=INK)
    axes.set_ylabel(plain(parameters[1].name, length=28), fontsize=8.5, color=INK)
