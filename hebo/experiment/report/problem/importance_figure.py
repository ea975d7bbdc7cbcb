"""Importance figure: main and total effects of the parameters, with their 90 % intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from hebo.experiment.report.hover import set_hover
from hebo.experiment.report.style import (
    INK,
    MUTED,
    PALETTE,
    SCALE,
    Cell,
    legend_above,
    legend_height,
    plain_axes,
    sheet,
    title,
)
from hebo.experiment.report.text import number, plain

MAX_BARS = 12
_LABELS = ("main, by itself", "total, with others")


def importance_panel(name: str, effects: pd.DataFrame) -> Figure:
    """Return the effects on one quantity."""
    return _figure({name: effects})


def importance_figure(effects: Mapping[str, pd.DataFrame]) -> Figure:
    """Return the effects on all quantities on one sheet, for a file."""
    return _figure(effects)


def _figure(effects: Mapping[str, pd.DataFrame]) -> Figure:
    n_bars = max(min(len(one), MAX_BARS) for one in effects.values())
    cell = Cell(4.3, 0.66 + 0.32 * n_bars, left=1.4, right=0.3, bottom=0.32, top=0.3)
    columns = min(2, len(effects))
    header = legend_height(cell.width * columns - 0.2, _LABELS)
    figure, panels = sheet(len(effects), cell, columns=columns, header=header)
    for axes, (name, one) in zip(panels, effects.items(), strict=True):
        _draw(axes, name, one.head(MAX_BARS))
    legend_above(figure, [Patch(color=PALETTE[0]), Patch(color=SCALE[5])], _LABELS, left=0.2)
    return figure


def _draw(axes: Axes, name: str, effects: pd.DataFrame) -> None:
    plain_axes(axes, grid="x")
    title(axes, f"Share of the variance of {name}", size=9, length=52)
    places = np.arange(len(effects))[::-1]
    for offset, kind, color in ((0.19, "main", PALETTE[0]), (-0.19, "total", SCALE[5])):
        values = effects[kind].to_numpy(dtype=float)
        low, high = (effects[f"{kind}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
        bars = axes.barh(places + offset, values, height=0.36, color=color, linewidth=0)
        axes.hlines(places + offset, low, high, color=INK, linewidth=1.1)
        for bar, parameter, row in zip(bars, effects.index, zip(values, low, high, strict=True), strict=True):
            value, least, most = (number(one, n_digits=2) for one in row)
            set_hover(bar, [f"{parameter}: {kind} effect {value} (90 % interval {least} to {most})"])
    axes.set_yticks(places, [plain(one, length=20) for one in effects.index], fontsize=8.5, color=INK)
    axes.set_ylim(-0.55, len(effects) - 0.45)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "25 %", "50 %", "75 %", "100 %"])
    axes.tick_params(axis="x", colors=MUTED)
