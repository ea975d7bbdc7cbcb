"""Convergence curves of each task: simple regret where it can be, the best value or hypervolume elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hebo.experiment.analysis.measures import Measure
from hebo.experiment.analysis.observations import run_curve
from hebo.experiment.analysis.statistics import Band, Floats, quartile_band, stack_curves
from hebo.experiment.analysis.task_ranking import TaskRanking
from hebo.experiment.report.view import View, full_view, spans_decades

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

_N_COSTS = 200
"""At how many costs a curve against costs is drawn."""


@dataclass(frozen=True)
class TaskCurves:
    """The curves of one task.

    Attributes:
        task: Label of the task.
        quantity: What is drawn, for the axis.
        view: The shown part of the vertical axis.
        bands: Optimizer -> median and quartiles over its runs, in the fixed order of optimizers.
        optimum: Known optimum where best values are drawn and it is not far from them, else None.
        ranking: The order of the legend; None where no seed has results of every optimizer.
        costs: Places on the horizontal axis; None where it counts trials.
    """

    task: str
    quantity: str
    view: View
    bands: dict[str, Band]
    optimum: float | None = None
    ranking: TaskRanking | None = None
    costs: Floats | None = None

    @property
    def horizontal(self) -> str:
        """What the horizontal axis counts."""
        return "trials" if self.costs is None else "cost"

    @property
    def legend(self) -> list[tuple[int, str]]:
        """Place in the fixed order, and name, of each optimizer, the best first."""
        names = list(self.bands)
        ranked = names if self.ranking is None else self.ranking.optimizers
        return [(names.index(name), name) for name in ranked]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(np.isfinite(band.median).any() for band in self.bands.values())


def task_curves(
    results: Results,
    table: pd.DataFrame,
    found: Mapping[str, Measure],
    rankings: Mapping[str, TaskRanking],
) -> list[TaskCurves]:
    """Return the curves of all tasks against trials.

    Args:
        results: The experiment.
        table: Its `observations`.
        found: Task -> measure.
        rankings: Task -> order of its legend, for those that have one.
    """
    curves = []
    for task, measure in found.items():
        stacks = {
            name: stack_curves([run_curve(one) for one in runs])
            for name, runs in _runs_of(results, table, task).items()
        }
        curves.append(replace(_laid_out(measure, stacks), ranking=rankings.get(task)))
    return curves


def cost_curves(
    results: Results,
    table: pd.DataFrame,
    found: Mapping[str, Measure],
    rankings: Mapping[str, TaskRanking],
) -> list[TaskCurves]:
    """Return the curves against costs of the tasks whose evaluations have some; see `task_curves`."""
    curves = []
    for task, measure in found.items():
        trials = table[table["task"] == task]
        if not measure.has_costs or trials.empty:
            continue
        costs = np.linspace(trials["spent"].min(), max(trials["spent"].max(), 1e-300), _N_COSTS)
        stacks = {
            name: np.array([_at_costs(one, costs) for one in runs]).reshape(len(runs), _N_COSTS)
            for name, runs in _runs_of(results, table, task).items()
        }
        curves.append(replace(_laid_out(measure, stacks), ranking=rankings.get(task), costs=costs))
    return curves


def _runs_of(results: Results, table: pd.DataFrame, task: str) -> dict[str, list[pd.DataFrame]]:
    """Return optimizer -> the trials of each of its runs that has some."""
    runs = results.runs[results.runs["task"] == task]
    trials = dict(list(table[table["task"] == task].groupby("run_id", sort=False)))
    return {
        str(optimizer): [trials[run] for run in group["run_id"] if run in trials]
        for optimizer, group in runs.groupby("optimizer", sort=False)
    }


def _at_costs(trials: pd.DataFrame, costs: Floats) -> Floats:
    """Return the leading quantity of one run after so much was spent; NaN before its first trial ended."""
    spent, so_far = (trials[name].to_numpy(dtype=float) for name in ("spent", "so_far"))
    places = np.searchsorted(spent, costs * (1 + 1e-9), side="right") - 1
    return np.where(places >= 0, so_far[places], np.nan)


def _laid_out(measure: Measure, stacks: Mapping[str, Floats]) -> TaskCurves:
    """Return curves, `runs x places` per optimizer, with what is drawn of them."""
    optimum = measure.optimum
    with np.errstate(over="ignore"):
        regrets = {name: stack - optimum for name, stack in stacks.items()}
    known = np.concatenate([stack[~np.isnan(stack)] for stack in regrets.values()])
    if len(known) and (known > 0).all():
        bands = {name: quartile_band(stack) for name, stack in regrets.items()}
        return TaskCurves(measure.task, _regret_title(measure), full_view(_shown(bands), is_log=True), bands)
    bands = {name: _shown_band(measure, quartile_band(stack)) for name, stack in stacks.items()}
    view = (
        full_view(_shown(bands), is_log=False)
        if measure.is_hypervolume
        else settled_view(bands, is_higher_better=measure.is_higher_better)
    )
    shown = float(measure.shown(np.array([optimum]))[0])
    if not np.isfinite(optimum) or abs(float(view.position(np.array([shown]))[0])) > 1:
        return TaskCurves(measure.task, _value_title(measure), view, bands)
    return TaskCurves(measure.task, _value_title(measure), view.including(shown), bands, shown)


def _regret_title(measure: Measure) -> str:
    if measure.is_regret:
        return measure.title
    return "hypervolume missing from the front" if measure.is_hypervolume else "simple regret"


def _value_title(measure: Measure) -> str:
    is_plain = not (measure.is_hypervolume or measure.contexts)
    return f"{measure.title} so far" if is_plain else measure.title


def _shown_band(measure: Measure, band: Band) -> Band:
    lower, median, upper = (measure.shown(one) for one in (band.lower, band.median, band.upper))
    if measure.is_higher_better:
        lower, upper = upper, lower
    return Band(median=median, lower=lower, upper=upper, n_runs=band.n_runs)


def settled_view(bands: dict[str, Band], *, is_higher_better: bool = False) -> View:
    """Show the curves from the first twentieth of the trials on.

    The first trials are often far worse than all that follow; a line that enters through the upper edge
    tells as much and leaves room for what matters.
    """
    good = "upper" if is_higher_better else "lower"
    parts = [part for band in bands.values() for part in (getattr(band, good), band.median)]
    values = np.concatenate([part[len(part) // 20 :] for part in parts])
    return full_view(values, is_log=spans_decades(values))


def _shown(bands: dict[str, Band]) -> Floats:
    """Return all numbers that the curves and their bands go through."""
    return np.concatenate([part for band in bands.values() for part in (band.lower, band.median, band.upper)])
