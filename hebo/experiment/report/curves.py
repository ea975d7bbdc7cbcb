"""Convergence curves of each task: simple regret where it can be, the best value elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hebo.experiment.analysis.statistics import Band, Floats, quartile_band, run_curve, stack_curves
from hebo.experiment.analysis.task_ranking import TaskRanking
from hebo.experiment.report.view import View, full_view, spans_decades

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results


@dataclass(frozen=True)
class TaskCurves:
    """The curves of one task.

    Attributes:
        task: Label of the task.
        quantity: What is drawn, for the axis.
        view: The shown part of the vertical axis.
        bands: Optimiser -> median and quartiles over its runs, in the fixed order of optimisers.
        optimum: Known optimum where best values are drawn and it is not far from them, else None.
        ranking: The order of the legend; None where no seed has results of every optimiser.
    """

    task: str
    quantity: str
    view: View
    bands: dict[str, Band]
    optimum: float | None = None
    ranking: TaskRanking | None = None

    @property
    def legend(self) -> list[tuple[int, str]]:
        """Place in the fixed order, and name, of each optimiser, the best first."""
        names = list(self.bands)
        ranked = names if self.ranking is None else self.ranking.optimizers
        return [(names.index(name), name) for name in ranked]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(np.isfinite(band.median).any() for band in self.bands.values())


def task_curves(
    results: Results, table: pd.DataFrame, rankings: Mapping[str, TaskRanking]
) -> list[TaskCurves]:
    """Return the curves of all tasks.

    Args:
        results: The experiment.
        table: Its `observations`.
        rankings: Task -> order of its legend, for those that have one.
    """
    tasks = [str(task) for task in dict.fromkeys(results.runs["task"])]
    return [replace(_one_task(results, table, task), ranking=rankings.get(task)) for task in tasks]


def _one_task(results: Results, table: pd.DataFrame, task: str) -> TaskCurves:
    runs = results.runs[results.runs["task"] == task]
    trials = dict(list(table[table["task"] == task].groupby("run_id", sort=False)))
    stacks = {
        str(optimizer): stack_curves([run_curve(trials[run]) for run in group["run_id"] if run in trials])
        for optimizer, group in runs.groupby("optimizer", sort=False)
    }
    optimum, objective = float(runs["optimum"].iloc[0]), results.objectives[task][0]
    with np.errstate(over="ignore"):
        regrets = {name: stack - optimum for name, stack in stacks.items()}
    known = np.concatenate([stack[~np.isnan(stack)] for stack in regrets.values()])
    if len(known) and (known > 0).all():
        bands = {name: quartile_band(stack) for name, stack in regrets.items()}
        return TaskCurves(task, "simple regret", full_view(_shown(bands), is_log=True), bands)
    bands = {name: quartile_band(stack) for name, stack in stacks.items()}
    view = settled_view(bands)
    if not np.isfinite(optimum) or abs(float(view.position(np.array([optimum]))[0])) > 1:
        return TaskCurves(task, f"best {objective} so far", view, bands)
    return TaskCurves(task, f"best {objective} so far", view.including(optimum), bands, optimum)


def settled_view(bands: dict[str, Band]) -> View:
    """Show the curves from the first twentieth of the trials on.

    The first trials are often far worse than all that follow; a line that enters through the upper edge
    tells as much and leaves room for what matters.
    """
    parts = [part for band in bands.values() for part in (band.lower, band.median)]
    values = np.concatenate([part[len(part) // 20 :] for part in parts])
    return full_view(values, is_log=spans_decades(values))


def _shown(bands: dict[str, Band]) -> Floats:
    """Return all numbers that the curves and their bands go through."""
    return np.concatenate([part for band in bands.values() for part in (band.lower, band.median, band.upper)])
