"""Paired statistics over tasks and seeds: bootstrap intervals of means, wins and losses by task.

The bootstrap has two levels: tasks are drawn with replacement, and for each task drawn its seeds. The
interval therefore speaks about other tasks of the same kind, not only about other seeds. Wins and losses by
task come from Wilcoxon's signed-rank test over its seeds, and Holm's method keeps the chance of any false
one among the tasks below 5 % (S. Holm, "A simple sequentially rejective multiple test procedure", 1979).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from hebo.experiment.analysis.statistics import Floats

LEVEL = 0.05
N_RESAMPLES = 4000


def interval_of_means(
    groups: Sequence[Floats], *, n_resamples: int = N_RESAMPLES
) -> tuple[Floats, Floats, Floats]:
    """Return the mean over tasks of means over seeds, and the ends of its 95 % bootstrap interval.

    Args:
        groups: One table per task, `seeds x k`; at least one.
        n_resamples: How often to resample; the resampling is seeded.

    Returns:
        Three arrays of length `k`. The ends are NaN for a single run, which carries no spread.
    """
    mean = np.mean([one.mean(axis=0) for one in groups], axis=0)
    if sum(map(len, groups)) < 2:
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    lower, upper = np.quantile(resampled_means(groups, n_resamples), [LEVEL / 2, 1 - LEVEL / 2], axis=0)
    return mean, lower, upper


def resampled_means(groups: Sequence[Floats], n_resamples: int) -> Floats:
    """Return `n_resamples x k` means, each over tasks drawn with replacement and over seeds drawn in them."""
    generator = np.random.default_rng(0)
    n_tasks = len(groups)
    total = np.zeros((n_resamples, groups[0].shape[1]))
    drawn = generator.integers(n_tasks, size=(n_resamples, n_tasks))
    for task, values in enumerate(groups):
        row, _ = np.nonzero(drawn == task)
        weights = generator.multinomial(len(values), np.full(len(values), 1 / len(values)), size=len(row))
        np.add.at(total, row, weights @ values / len(values))
    return total / n_tasks


def holm(p_values: ArrayLike) -> Floats:
    """Return p-values adjusted by Holm's method."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def signed_rank_p_value(differences: Floats) -> float:
    """Return the two-sided p-value of Wilcoxon's signed-rank test, 1 where there is nothing to test."""
    untied = differences[differences != 0]
    if not len(untied):
        return 1.0
    # The exact distribution holds where no two sizes are alike; otherwise SciPy chooses the method.
    is_exact = len(untied) <= 50 and len(np.unique(np.abs(untied))) == len(untied)
    method = "exact" if is_exact else "auto"
    return float(stats.wilcoxon(untied, method=method).pvalue)


def wins_by_task(differences: pd.Series[float]) -> pd.DataFrame:
    """Compare two optimisers on each task.

    Args:
        differences: Score of the first less that of the second; index `problem` and `seed`.

    Returns:
        One row per task: `mean` difference, `n` seeds, Holm-adjusted `p_value`, and `result`: 1 the first
        wins (is smaller), -1 it loses, 0 neither.
    """
    groups = differences.groupby(level="problem", sort=False)
    table = pd.DataFrame({"mean": groups.mean(), "n": groups.size()})
    table["p_value"] = holm([signed_rank_p_value(np.asarray(one, dtype=float)) for _, one in groups])
    table["result"] = np.where(table["p_value"] < LEVEL, -np.sign(table["mean"]), 0).astype(int)
    return table


def fewest_seeds(n_tasks: int) -> int:
    """Return how many untied seeds a task needs before it can be won at all among `n_tasks`."""
    return int(np.ceil(np.log2(n_tasks / LEVEL))) + 1 if n_tasks else 0
