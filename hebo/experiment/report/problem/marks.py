"""Marks of trials: one look for each fate, the same in all figures and in the legend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.report.hover import set_hover
from hebo.experiment.report.problem.texts import values_text
from hebo.experiment.report.problem.trials import CHEAPER, FAILED, INFEASIBLE, OK
from hebo.experiment.report.style import ACCENT, INK, MUTED, PALETTE, SURFACE
from hebo.experiment.report.view import View
from hebo.outcomes import Outcomes

FAILED_HEIGHT = -0.075
"""Where trials without a value are marked, below an axis from 0 to 1."""

BEYOND = 0.04
"""How far beyond an axis from 0 to 1 a value is drawn at its place; further out a triangle marks it."""

LABELS = {
    OK: "trial",
    INFEASIBLE: "breaks a limit",
    FAILED: "failed",
    CHEAPER: "cheaper fidelity",
}

_STYLES: Mapping[str, dict[str, Any]] = {
    OK: {"marker": "o", "markerfacecolor": PALETTE[0], "markeredgecolor": SURFACE, "markeredgewidth": 0.5},
    INFEASIBLE: {
        "marker": "D",
        "markerfacecolor": SURFACE,
        "markeredgecolor": PALETTE[1],
        "markeredgewidth": 1.2,
    },
    FAILED: {"marker": "x", "markeredgecolor": MUTED, "markeredgewidth": 1.2},
    CHEAPER: {"marker": "o", "markerfacecolor": SURFACE, "markeredgecolor": MUTED, "markeredgewidth": 1.0},
}
_SIZES = {OK: 5.5, INFEASIBLE: 4.6, FAILED: 4.6, CHEAPER: 4.6}


def draw_trials(
    axes: Axes,
    x: Floats,
    values: Floats,
    trials: pd.DataFrame,
    view: View,
    outcomes: Outcomes,
    *,
    scale: float = 1.0,
    with_points: bool = False,
) -> None:
    """Draw trials that have a place: at their value, at the edge where it is beyond, below without one.

    Args:
        axes: Drawn on 0 to 1 upwards.
        x: Places, NaN where there is none.
        values: Measured values, NaN where there is none.
        trials: Their rows, for looks and hover texts.
        view: The shown part of the vertical axis.
        outcomes: What is measured.
        scale: Of the marks.
        with_points: Whether hover texts have all parameters.
    """
    positions = view.position(values)
    heights = np.where(np.isnan(positions), FAILED_HEIGHT, np.clip(positions, -BEYOND, 1 + BEYOND))
    kinds = np.where(np.isnan(positions), FAILED, trials["kind"].to_numpy(dtype=object))

    def texts(rows: Iterable[int]) -> list[str]:
        return [hover_text(trials.iloc[row], outcomes, with_point=with_points) for row in rows]

    beyond = np.select([positions < -BEYOND, positions > 1 + BEYOND], ["v", "^"], "")
    for kind, style in _STYLES.items():
        for marker in ("", "v", "^"):
            shown = np.flatnonzero((kinds == kind) & (beyond == marker) & np.isfinite(x))
            if len(shown):
                marks = axes.plot(
                    *(x[shown], heights[shown]),
                    **{**style, **({"marker": marker} if marker else {})},
                    linestyle="",
                    markersize=_SIZES[kind] * scale,
                    clip_on=False,
                    zorder=4 if kind == OK else 3,
                )
                set_hover(marks[0], texts(shown))


def mark_best(axes: Axes, x: float, position: float, *, size: float = 10.0) -> None:
    """Put a ring around the best trial, at a position on the vertical axis."""
    height = float(np.clip(position, -BEYOND, 1 + BEYOND))
    style: dict[str, Any] = {"markerfacecolor": "none", "markeredgecolor": ACCENT, "markeredgewidth": 1.8}
    axes.plot([x], [height], "o", markersize=size, clip_on=False, zorder=5, **style)


def hover_text(
    trial: Mapping[str, Any] | pd.Series[Any], outcomes: Outcomes, *, with_point: bool = False
) -> str:
    """Return number, values and fate of a trial, and its point."""
    params = trial["params"] if isinstance(trial["params"], dict) else {}
    lines = [f"trial {int(trial['number'])}: {values_text(trial['values'], outcomes) or trial['status']}"]
    if trial["kind"] != OK and trial["message"]:
        lines.append(f"{trial['status']}: {str(trial['message']).strip().splitlines()[-1][:120]}")
    return "\n".join([*lines, values_text(params, None)] if with_point else lines)


def legend_of(kinds: Sequence[str], *, line: str = "", best: bool = False) -> tuple[list[Line2D], list[str]]:
    """Return handles and labels of the fates that occur."""
    handles, labels = [], []
    for kind in (one for one in _STYLES if one in kinds):
        handles.append(Line2D([], [], linestyle="", markersize=_SIZES[kind], **_STYLES[kind]))
        labels.append(LABELS[kind])
    if line:
        handles.append(Line2D([], [], color=INK, linewidth=1.5))
        labels.append(line)
    if best:
        ring: dict[str, Any] = {"markerfacecolor": "none", "markeredgecolor": ACCENT, "markeredgewidth": 1.8}
        handles.append(Line2D([], [], marker="o", linestyle="", markersize=8, **ring))
        labels.append("best")
    return handles, labels
