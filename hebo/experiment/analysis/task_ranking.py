"""Ranking on one task: optimisers in the order of their best values, and which differ from the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hebo.experiment.analysis.blocks import on_one_scale
from hebo.experiment.analysis.paired import LEVEL, fewest_seeds, holm, signed_rank_p_value
from hebo.experiment.analysis.statistics import Floats


@dataclass(frozen=True)
class TaskRanking:
    """The ranked legend of a task.

    Attributes:
        optimizers: By median over seeds of the best value, best first.
        p_values: Of Wilcoxon's signed-rank test of each against the first over seeds, adjusted by Holm's
            method; 1 for the first itself.
        n_seeds: Seeds that all optimisers have.
        n_needed: How many untied ones a significant difference takes.
    """

    optimizers: tuple[str, ...]
    p_values: tuple[float, ...]
    n_seeds: int
    n_needed: int

    @property
    def is_testable(self) -> bool:
        """Whether a difference could be significant at all."""
        return len(self.optimizers) > 1 and self.n_seeds >= self.n_needed

    @property
    def alike(self) -> list[bool]:
        """Whether each is the first or does not differ significantly from it; all False if untested."""
        return [self.is_testable and p_value >= LEVEL for p_value in self.p_values]


def rank_task(values: pd.DataFrame) -> TaskRanking:
    """Rank the optimisers of one task.

    Args:
        values: Best values, one row per seed, one column per optimiser; `+inf` where a run had no success.
    """
    scaled = on_one_scale(values.to_numpy(dtype=float))
    order = np.lexsort((scaled.mean(axis=0), np.median(scaled, axis=0)))
    ranked = scaled[:, order]
    return TaskRanking(
        optimizers=tuple(str(values.columns[place]) for place in order),
        p_values=(1.0, *_p_values(ranked)),
        n_seeds=len(values),
        n_needed=fewest_seeds(len(order) - 1),
    )


def _p_values(ranked: Floats) -> Sequence[float]:
    """Return the adjusted p-values of all columns but the first against the first."""
    differences = ranked[:, 1:] - ranked[:, :1]
    return [float(one) for one in holm([signed_rank_p_value(column) for column in differences.T])]


def task_rankings(values: pd.DataFrame) -> dict[str, TaskRanking]:
    """Return task -> ranking for one row per (task, seed)."""
    return {str(task): rank_task(group) for task, group in values.groupby(level="task", sort=False)}
