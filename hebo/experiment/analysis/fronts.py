"""Fronts of tasks with several objectives: what no other trial dominates, of each optimizer and of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hebo.experiment.analysis.measures import Measure
from hebo.pareto import front


@dataclass(frozen=True)
class Front:
    """The fronts of one task.

    Attributes:
        measure: How its runs are compared.
        points: The trials of each optimizer that none of its other trials dominates, over all seeds together,
            as they were measured: `optimizer`, `seed`, `number`, `params`, a column per objective, and
            `is_best`, whether no trial of any optimizer dominates it. Sorted by the first objective.
        others: The objectives of the other trials that are ok, and their `optimizer`.
    """

    measure: Measure
    points: pd.DataFrame
    others: pd.DataFrame

    @property
    def task(self) -> str:
        """Label of the task."""
        return self.measure.task

    @property
    def objectives(self) -> tuple[str, ...]:
        """Names of the objectives."""
        return self.measure.leading.objectives

    @property
    def best(self) -> pd.DataFrame:
        """The front of all optimizers together, points with the same values once."""
        best = self.points[self.points["is_best"]]
        return best.drop_duplicates(list(self.objectives)).reset_index(drop=True)


def task_fronts(table: pd.DataFrame, found: Mapping[str, Measure]) -> list[Front]:
    """Return the fronts of the tasks with several objectives and a trial that is ok.

    Args:
        table: `observations`.
        found: Task -> measure.
    """
    fronts = []
    for task, measure in found.items():
        trials = table[(table["task"] == task) & table["is_ok"]]
        if measure.is_hypervolume and len(trials):
            fronts.append(_front_of(measure, trials))
    return fronts


def _front_of(measure: Measure, trials: pd.DataFrame) -> Front:
    names = list(measure.leading.objectives)
    values, wanted = (_columns(trials[column], names) for column in ("values", "minimized"))
    whole = trials[["optimizer", "seed", "number", "params"]].join(values)
    is_in_front = pd.Series(False, whole.index)
    for _, mine in whole.groupby("optimizer", sort=False):
        is_in_front[mine.index] = front(wanted.loc[mine.index].to_numpy())
    is_best = front(wanted.to_numpy())
    points = whole.assign(is_best=is_best)[is_in_front].sort_values(names, kind="stable")
    return Front(measure, points.reset_index(drop=True), whole[~is_in_front][["optimizer", *names]])


def _columns(rows: pd.Series[Any], names: list[str]) -> pd.DataFrame:
    """Return mappings as a table of some of their numbers."""
    return pd.DataFrame([{name: one[name] for name in names} for one in rows], rows.index).astype(float)


def spread(points: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return at most `n` rows, evenly spaced in the order of the table, both ends among them."""
    if len(points) <= n:
        return points
    places = np.unique(np.linspace(0, len(points) - 1, n).round().astype(int))
    return points.iloc[places].reset_index(drop=True)
