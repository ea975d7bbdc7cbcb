"""Timeline figure: a bar for each trial from its start to its end, one row for each worker."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hebo.experiment.report.hover import set_hover
from hebo.experiment.report.problem.marks import LABELS
from hebo.experiment.report.problem.texts import seconds_text, unit_of
from hebo.experiment.report.problem.trials import CHEAPER, FAILED, INFEASIBLE, OK
from hebo.experiment.report.style import (
    INK,
    MUTED,
    PALETTE,
    SCALE,
    SURFACE,
    Cell,
    legend_above,
    legend_height,
    plain_axes,
    sheet,
)

MAX_LANES = 40
_NAMES = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}
_COLORS = {OK: PALETTE[0], INFEASIBLE: PALETTE[1], FAILED: MUTED, CHEAPER: SCALE[5]}


def timed(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the trials that have a start and an end, with a column `lane`."""
    found = trials[trials["started_at"].notna() & trials["finished_at"].notna()]
    return found.assign(lane=_lanes(found))


def _lanes(trials: pd.DataFrame) -> list[int]:
    """Return the worker of each trial; without one the first row that is free at its start."""
    if len(trials) and trials["worker"].notna().all():
        return [int(one) for one in trials["worker"]]
    ends: list[float] = []
    lanes = []
    for start, end in sorted(zip(trials["started_at"], trials["finished_at"], strict=True)):
        free = [lane for lane, until in enumerate(ends) if until <= start + 1e-6]
        lane = free[0] if free else len(ends)
        ends[lane : lane + 1] = [end]
        lanes.append(lane)
    order = np.argsort(np.lexsort((trials["finished_at"], trials["started_at"])))
    return [lanes[place] for place in order]


def has_timeline(trials: pd.DataFrame) -> bool:
    """Say whether there is anything to draw."""
    found = timed(trials)
    return len(found) > 1 and found["lane"].max() < MAX_LANES


def timeline_figure(trials: pd.DataFrame) -> Figure:
    """Return the figure of `run_trials`."""
    found = timed(trials)
    n_lanes = int(found["lane"].max()) + 1
    kinds = [one for one in _COLORS if one in set(found["kind"])]
    cell = Cell(5.0, 0.62 + min(0.34, 6.0 / n_lanes) * n_lanes, left=0.85, right=0.2, bottom=0.48, top=0.1)
    figure, (axes,) = sheet(1, cell, columns=1, header=legend_height(cell.width - cell.left, kinds))
    plain_axes(axes, grid="x")
    begin = float(found["started_at"].min())
    size, unit = unit_of(float(found["finished_at"].max()) - begin)
    left = (found["started_at"].to_numpy(dtype=float) - begin) / size
    width = (found["finished_at"] - found["started_at"]).clip(lower=0.0).to_numpy(dtype=float)
    least = 0.002 * max(float((left + width / size).max()), 1e-9)
    bars = axes.barh(
        found["lane"],
        np.maximum(width / size, least),
        left=left,
        height=0.74,
        color=[_COLORS[one] for one in found["kind"]],
        edgecolor=SURFACE,
        linewidth=0.5,
    )
    for bar, number, kind, seconds in zip(bars, found["number"], found["kind"], width, strict=True):
        set_hover(bar, [f"trial {number}: {LABELS.get(kind, kind)}, {seconds_text(float(seconds))}"])
    is_named = found["worker"].notna().all()
    every = -(-n_lanes // 12)
    lanes = range(0, n_lanes, every)
    names = [f"worker {lane}" if is_named else "" for lane in lanes]
    axes.set_yticks(list(lanes), names, fontsize=8.5, color=INK)
    axes.set_ylim(n_lanes - 0.45, -0.55)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlabel(f"{_NAMES[unit]} since the first trial began", fontsize=8.5, color=MUTED)
    handles = [_swatch(kind) for kind in kinds]
    legend_above(figure, handles, [LABELS[kind] for kind in kinds], left=cell.left)
    return figure


def _swatch(kind: str) -> object:
    from matplotlib.patches import Patch

    return Patch(color=_COLORS[kind])
