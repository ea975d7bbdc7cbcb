"""Best run of each task, laid out for parallel coordinates and slices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.report.parameters import ParameterAxis, parameter_axis
from hebo.experiment.report.view import View, objective_view

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results


@dataclass(frozen=True)
class BestRun:
    """The run of one task that holds its best value (the first of them where several do).

    Attributes:
        task: Label of the task.
        optimizer: Label of the optimiser.
        seed: Its seed.
        objective: Name of the objective.
        values: Objective per ended trial, NaN where failed (`n`).
        numbers: Trial numbers (`n`), ascending.
        best: Row of the best trial, or None where every trial failed.
        params: Parameters of the best trial, or empty.
        extras: What else the task reports of it: its columns of information, less those that are empty.
        axes: One laid-out axis per parameter.
        view: The shown part of the objective axis.
    """

    task: str
    optimizer: str
    seed: int
    objective: str
    values: Floats
    numbers: Floats
    best: int | None
    params: dict[str, Any]
    extras: dict[str, Any]
    axes: tuple[ParameterAxis, ...]
    view: View

    @property
    def ranks(self) -> Floats:
        """Rank of each trial, 0 = best .. 1 = worst, NaN where failed or infeasible."""
        order = pd.Series(self.values).rank(method="average") - 1
        return np.asarray(order / max(order.max(), 1.0), dtype=float)


def best_runs(results: Results, table: pd.DataFrame) -> list[BestRun]:
    """Return the best run of each task that has ended trials; `table` holds the `observations`."""
    found = []
    for task in dict.fromkeys(results.runs["task"]):
        trials = table[table["task"] == task]
        if len(trials):
            found.append(_lay_out(results, str(task), trials))
    return found


def _lay_out(results: Results, task: str, trials: pd.DataFrame) -> BestRun:
    has_best = trials["value"].notna().any()
    row = int(np.nanargmin(trials["value"])) if has_best else 0
    chosen = trials.iloc[row].to_dict()
    run = trials[trials["run_id"] == chosen["run_id"]]
    values = run["value"].to_numpy(dtype=float)
    space = results.space_of(task)
    points = [params if isinstance(params, dict) else {} for params in run["params"]]
    axes = [
        parameter_axis(parameter, [point.get(name) for point in points])
        for name, parameter in space.parameters.items()
    ]
    return BestRun(
        task=task,
        optimizer=str(chosen["optimizer"]),
        seed=int(chosen["seed"]),
        objective=results.objectives[task][0],
        values=values,
        numbers=run["number"].to_numpy(dtype=float),
        best=int(np.nanargmin(values)) if has_best else None,
        params=dict(chosen["params"] or {}) if has_best else {},
        extras=_extras(chosen["extras"]) if has_best else {},
        axes=tuple(axes),
        view=objective_view(values),
    )


def _extras(reported: dict[str, Any] | None) -> dict[str, Any]:
    """Return the columns that say something; a column `error` is empty where there was none."""
    return {name: value for name, value in (reported or {}).items() if not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))
