"""Best run of each task, laid out for parallel coordinates and slices."""

from __future__ import annotations

from collections.abc import Sequence
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
        optimizer: Label of the optimizer.
        seed: Its seed.
        objective: Name and unit of the objective.
        values: Measured objective per ended trial, NaN where failed (`n`).
        minimized: What is minimized of it (`n`).
        numbers: Trial numbers (`n`), ascending.
        best: Row of the best trial, or None where every trial failed.
        params: Parameters of the best trial, or empty.
        extras: What else the task reports of it: its columns of information, less those that are empty.
        axes: One laid-out axis per parameter.
        view: The shown part of the objective axis.
        n_elsewhere: Trials of the run that are left out, as they are at a cheaper fidelity.
    """

    task: str
    optimizer: str
    seed: int
    objective: str
    values: Floats
    minimized: Floats
    numbers: Floats
    best: int | None
    params: dict[str, Any]
    extras: dict[str, Any]
    axes: tuple[ParameterAxis, ...]
    view: View
    n_elsewhere: int = 0

    @property
    def ranks(self) -> Floats:
        """Rank of each trial, 0 = best .. 1 = worst, NaN where failed or infeasible."""
        order = pd.Series(self.minimized).rank(method="average") - 1
        return np.asarray(order / max(order.max(), 1.0), dtype=float)


def best_runs(results: Results, table: pd.DataFrame, tasks: Sequence[str]) -> list[BestRun]:
    """Return the best run of each task that has ended trials.

    Args:
        results: The experiment.
        table: Its `observations`.
        tasks: Labels of tasks with one objective whose values can be compared.
    """
    trials = {task: table[table["task"] == task] for task in tasks}
    return [_lay_out(results, task, one) for task, one in trials.items() if len(one)]


def _lay_out(results: Results, task: str, trials: pd.DataFrame) -> BestRun:
    has_best = trials["value"].notna().any()
    row = int(np.nanargmin(trials["value"])) if has_best else 0
    chosen = trials.iloc[row].to_dict()
    whole = trials[trials["run_id"] == chosen["run_id"]]
    run = whole[whole["competes"].astype(bool)] if has_best else whole
    leading = results.outcomes_of(task).objectives[0]
    minimized = run["value"].to_numpy(dtype=float)
    measured = [(one or {}).get(leading.name) for one in run["values"]]
    values = np.where(np.isnan(minimized), np.nan, np.array(measured, dtype=float))
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
        objective=leading.title,
        values=values,
        minimized=minimized,
        numbers=run["number"].to_numpy(dtype=float),
        best=int(np.nanargmin(minimized)) if has_best else None,
        params=dict(chosen["params"] or {}) if has_best else {},
        extras=_extras(chosen["extras"]) if has_best else {},
        axes=tuple(axes),
        view=objective_view(values, leading.goal),
        n_elsewhere=len(whole) - len(run),
    )


def _extras(reported: dict[str, Any] | None) -> dict[str, Any]:
    """Return the columns that say something; a column `error` is empty where there was none."""
    return {name: value for name, value in (reported or {}).items() if not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))
