"""Contexts apart: each context of a task as a task of its own, for what is shown of single contexts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hebo.experiment.analysis.measures import Measure

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

MOST = 12
"""Most contexts of a task that are shown one by one."""


def label_of(task: str, context: str) -> str:
    """Return the label of a task in one context."""
    return f"{task} [{context}]"


def too_many(table: pd.DataFrame, found: Mapping[str, Measure]) -> dict[str, int]:
    """Return the tasks with more contexts than are shown one by one -> how many."""
    counts = {task: table.loc[table["task"] == task, "context"].nunique() for task in _tasks(found)}
    return {task: int(count) for task, count in counts.items() if count > MOST}


def split_contexts(results: Results, table: pd.DataFrame, found: Mapping[str, Measure]) -> Results:
    """Return the runs of tasks with contexts, each context as a task and each run once in each.

    Args:
        results: The experiment.
        table: Its `observations`.
        found: Task -> measure.

    Returns:
        Results whose trials are those of the context, numbered from 0; their numbers in the run are in the
        column `number_in_run`. Empty where no task has contexts, or few enough of them.
    """
    left_out = too_many(table, found)
    tasks = [task for task in _tasks(found) if task not in left_out]
    pairs = [
        (task, context)
        for task in tasks
        for context in sorted(set(table.loc[table["task"] == task, "context"]))
    ]
    runs = [_runs_in(results, found[task], context) for task, context in pairs]
    trials = [_trials_in(results, table, task, context) for task, context in pairs]
    labels = {label_of(task, context): task for task, context in pairs}
    return replace(
        results,
        runs=pd.concat(runs, ignore_index=True) if runs else results.runs.iloc[:0],
        trials=pd.concat(trials, ignore_index=True) if trials else _none_of(results.trials),
        spaces={label: _plain(results.spaces[task]) for label, task in labels.items()},
        objectives={label: results.objectives[task] for label, task in labels.items()},
        facts={label: results.facts[task] for label, task in labels.items() if task in results.facts},
        recipes={label: results.recipes[task] for label, task in labels.items() if task in results.recipes},
    )


def _tasks(found: Mapping[str, Measure]) -> list[str]:
    return [task for task, measure in found.items() if measure.contexts]


def _runs_in(results: Results, measure: Measure, context: str) -> pd.DataFrame:
    runs = results.runs[results.runs["task"] == measure.task]
    least = measure.leading.optima.get(context, np.nan)
    return runs.assign(
        run_id=runs["run_id"] + f" [{context}]",
        task=label_of(measure.task, context),
        optimum=least,
        best_known=least,
    )


def _trials_in(results: Results, table: pd.DataFrame, task: str, context: str) -> pd.DataFrame:
    rows = table[(table["task"] == task) & (table["context"] == context)]
    numbers = rows.groupby("run_id", sort=False).cumcount()
    columns = [*results.trials.columns]
    return rows[columns].assign(
        number=numbers, number_in_run=rows["number"], run_id=rows["run_id"] + f" [{context}]"
    )


def _none_of(trials: pd.DataFrame) -> pd.DataFrame:
    return trials.iloc[:0].assign(number_in_run=trials["number"].iloc[:0])


def _plain(space: Any) -> dict[str, Any]:
    """Return a space as JSON in which a context is a parameter like any other."""
    parameters = [
        {key: value for key, value in one.items() if not (key == "role" and value == "context")}
        if isinstance(one, Mapping)
        else one
        for one in space["parameters"]
    ]
    return {**space, "parameters": parameters}
