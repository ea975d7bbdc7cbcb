"""Observations: the ended trials of an experiment in one table, with what each run has reached and spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hebo.experiment.analysis.measures import Measure, context_names, contexts_of, measures
from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.store import tables
from hebo.experiment.store.budget import is_spent

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results


def observations(results: Results) -> pd.DataFrame:
    """Return the ended trials of all runs in one tidy table.

    Returns:
        One row per trial that was asked for and is no longer pending: all columns of `results.trials`, the
        run's `optimizer`, `task` and `seed`, and

        * `is_ok`: whether it may be the best of its run: all its values are finite, it keeps the constraints
          and is at the target fidelity;
        * `went_wrong`: whether it lacks a value, other than by a constraint;
        * `minimized`: objective -> what is minimized of its measured value;
        * `value`: what is minimized of a trial that is ok, of a task with one objective, else NaN;
        * `context`: the context, as a text, "" where there is none;
        * `so_far`: the leading quantity of its run after it (`hebo.experiment.store.leading`);
        * `scored_so_far`: the same of values without noise, where trials report them;
        * `spent`: what the run has cost up to it.

        In the order of `results.trials`.
    """
    table = _ended(results)
    found = measures(results, table)
    curves = [_curves(trials, found[str(trials["task"].iloc[0])]) for _, trials in _by_run(table)]
    columns = ("so_far", "scored_so_far", "spent")
    added = pd.concat(curves) if curves else pd.DataFrame(columns=list(columns), dtype=float)
    return table.join(added)


def measured(results: Results) -> dict[str, Measure]:
    """Return task -> measure of an experiment."""
    return measures(results, _ended(results))


def _ended(results: Results) -> pd.DataFrame:
    labels = results.runs[["run_id", "optimizer", "task", "seed"]]
    table = results.trials.merge(labels, on="run_id", how="inner")
    table = table[~table["status"].isin(tables.WITHOUT_RESULT) & (table["number"] >= 0)].reset_index(
        drop=True
    )
    outcomes = {task: results.outcomes_of(task) for task in results.objectives}
    minimized = [
        outcomes[task].minimized(values) if isinstance(values, dict) else {}
        for task, values in zip(table["task"], table["values"], strict=True)
    ]
    table = table.assign(minimized=pd.Series(minimized, table.index, dtype=object))
    is_whole = _is_whole(results, table)
    is_ok = is_whole & table["competes"].astype(bool)
    leading = {task: names[0] for task, names in results.objectives.items() if len(names) == 1}
    rows = zip(table["task"], is_ok, table["minimized"], strict=True)
    values = [values[leading[task]] if ok and task in leading else np.nan for task, ok, values in rows]
    names = {task: context_names(results, task) for task in results.objectives}
    contexts = [
        contexts_of([params], names[task])[0]
        for task, params in zip(table["task"], table["params"], strict=True)
    ]
    return table.assign(
        is_ok=is_ok,
        went_wrong=~is_whole & (table["status"] != tables.INFEASIBLE),
        value=pd.Series(values, table.index, dtype=float),
        context=pd.Series(contexts, table.index, dtype=object),
    )


def _is_whole(results: Results, table: pd.DataFrame) -> pd.Series[bool]:
    """Say which trials are ok with finite values: one may be `ok` and yet have measured nothing usable."""
    rows = zip(table["task"], table["status"], table["values"], strict=True)
    found = [
        status == tables.OK and _is_finite(values, results.objectives[task]) for task, status, values in rows
    ]
    return pd.Series(found, table.index, dtype=bool)


def _is_finite(values: Any, objectives: tuple[str, ...]) -> bool:
    if not isinstance(values, dict):
        return False
    numbers = [values.get(name) for name in objectives]
    return all(one is not None and np.isfinite(one) for one in numbers)


def _by_run(table: pd.DataFrame) -> Any:
    return table.groupby("run_id", sort=False)


def _curves(trials: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    seen = measure.seen(trials)
    plain = measure.leading.curve([type(one)(one.values, one.context) for one in seen])
    scored = plain if all(one.scored is None for one in seen) else measure.leading.curve(seen)
    spent = trials["cost"].astype(float).fillna(0.0).cumsum()
    return pd.DataFrame({"so_far": plain, "scored_so_far": scored, "spent": spent}, index=trials.index)


def run_curve(trials: pd.DataFrame) -> Floats:
    """Return the leading quantity after each trial number of one run (rows of `observations`)."""
    if trials.empty:
        return np.empty(0)
    numbers = trials["number"].to_numpy(dtype=int)
    latest = np.full(int(numbers.max()) + 1, -1)
    latest[numbers] = np.arange(len(numbers))
    latest = np.maximum.accumulate(latest)
    return np.where(latest >= 0, trials["so_far"].to_numpy(dtype=float)[latest], np.nan)


def within(trials: pd.DataFrame, cost: float) -> pd.DataFrame:
    """Return the trials of one run that a cost pays for; NaN pays for all."""
    if np.isnan(cost):
        return trials
    return trials[[is_spent(cost, one) for one in trials["spent"]]]
