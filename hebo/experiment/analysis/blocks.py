"""Blocks of a rank test: best values of all optimizers on one task with one seed, or on one task.

Blocks of a test have to be independent. Runs of one task with several seeds are not: an optimizer that
suits the task is ahead with every seed, so ten seeds are one piece of evidence about other tasks, not
ten. Where four optimizers are alike on average over tasks, and means of a task vary as much as its seeds,
Friedman's test over 6 tasks x 10 seeds finds a difference at the 5 % level in 66 % of cases, and over the
means of the 6 tasks in 7 %. Over several tasks a block is therefore a task, with means over seeds. Within a
single task seeds are repetitions, and blocks of a test that speaks about this task alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from hebo.experiment.analysis.normalized import TASK, check_length
from hebo.experiment.analysis.observations import run_curve, within
from hebo.experiment.analysis.statistics import Floats, normalize

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

FAILED = 2.0
"""Where a run without any success is on the scale from 0, the best value of its task, to 1, the worst."""


@dataclass(frozen=True)
class Blocks:
    """Leading quantities to be ranked: one row per (task, seed), one column per optimizer.

    Attributes:
        values: Best value, or what else leads (`hebo.experiment.store.leading`), smaller is better, within
            the trials that all optimizers of the block have done, or, where a budget limits costs, within
            what all of them have spent; `+inf` where an optimizer had no success.
        n_incomplete: Blocks left out because an optimizer has no ended trial in them.
        n_hopeless: Blocks left out because no optimizer succeeded in them.
    """

    values: pd.DataFrame
    n_incomplete: int
    n_hopeless: int


def blocks(results: Results, table: pd.DataFrame) -> Blocks:
    """Collect the blocks of an experiment.

    Args:
        results: The experiment.
        table: Its `observations`.
    """
    optimizers = list(dict.fromkeys(results.runs["optimizer"]))
    rows, n_incomplete, n_hopeless = {}, 0, 0
    trials = dict(list(table.groupby(["task", "seed", "optimizer"], sort=False)))
    limits = results.runs.groupby("task")["max_cost"].max()
    for task, seed in dict.fromkeys(zip(results.runs["task"], results.runs["seed"], strict=True)):
        found = [trials.get((task, seed, optimizer), table.iloc[:0]) for optimizer in optimizers]
        best = _at_the_same_point(found, float(limits[task]))
        if not len(best):
            n_incomplete += 1
        elif np.isnan(best).all():
            n_hopeless += 1
        else:
            rows[task, seed] = np.where(np.isnan(best), np.inf, best)
    return Blocks(_frame(rows, optimizers), n_incomplete, n_hopeless)


def _at_the_same_point(runs: list[pd.DataFrame], max_cost: float) -> Floats:
    """Return what each run has reached after as many trials, or for as much; nothing if one has no trial."""
    if not all(map(len, runs)):
        return np.empty(0)
    if not np.isnan(max_cost):
        shared = min(max_cost, *(float(one["spent"].iloc[-1]) for one in runs))
        curves = [run_curve(within(one, shared)) for one in runs]
        return np.array([curve[-1] if len(curve) else np.nan for curve in curves])
    curves = [run_curve(one) for one in runs]
    n_shared = min(map(len, curves))
    return np.array([curve[n_shared - 1] for curve in curves])


def run_blocks(table: pd.DataFrame, optimizers: list[str]) -> Blocks:
    """Collect the blocks of a run table from the final values of some optimizers.

    Only seeds that all of them have count. A mean of ten runs against a single one would not be fair: final
    values are skewed, so that one run is better than the mean of many more often than not.

    Args:
        table: A run table, also of several suites; their tasks are different ones.
        optimizers: The columns.

    Raises:
        DataError: If runs of one task differ in length or batch size.
    """
    rows: dict[tuple[str, int], Floats] = {}
    n_incomplete = n_hopeless = 0
    for key, runs in table[table["optimizer"].isin(optimizers)].groupby(TASK, sort=False):
        label = "/".join(str(one) for one in cast(tuple[Any, ...], key) if one)
        check_length(label, runs)
        finals = runs.assign(final=runs["final"].astype(float).fillna(np.inf))
        wide = finals.pivot(index="seed", columns="optimizer", values="final").reindex(columns=optimizers)
        complete = wide.dropna()
        usable = complete[np.isfinite(complete).any(axis=1)]
        n_incomplete += len(wide) - len(complete)
        n_hopeless += len(complete) - len(usable)
        rows |= {(label, seed): row for seed, row in zip(usable.index, usable.to_numpy(), strict=True)}
    return Blocks(_frame(rows, optimizers), n_incomplete, n_hopeless)


def _frame(rows: dict[tuple[str, int], Floats], optimizers: list[str]) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples(list(rows), names=["task", "seed"])
    return pd.DataFrame(list(rows.values()), index=index, columns=optimizers, dtype=float)


def task_means(values: pd.DataFrame) -> pd.DataFrame:
    """Return means over seeds, one row per task.

    A run without any success counts as the worst value that any run of the task ended with.

    Args:
        values: One row per (task, seed), `+inf` where a run had no success; one finite value
            per row at least.
    """
    means = {task: _means(group.to_numpy()) for task, group in values.groupby(level="task", sort=False)}
    index = pd.Index(list(means), name="task")
    return pd.DataFrame(list(means.values()), index=index, columns=values.columns, dtype=float)


def _means(numbers: Floats) -> list[float]:
    filled = np.where(np.isfinite(numbers), numbers, numbers[np.isfinite(numbers)].max()) / len(numbers)
    # Exact sums: the same values in another order of seeds must be a tie.
    return [math.fsum(column) for column in filled.T.tolist()]


def on_one_scale(numbers: Floats) -> Floats:
    """Map the values of one task to 0 (the best) .. 1 (the worst), `+inf` to `FAILED`."""
    scaled = normalize(np.where(np.isfinite(numbers), numbers, np.nan))
    # Twelve digits: steps that were equal before scaling must still be equal.
    return np.asarray(np.round(np.where(np.isinf(numbers), FAILED, scaled), 12))
