"""Everything that page and figures show, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from hebo.experiment.report.best_run import BestRun, best_runs
from hebo.experiment.report.curves import TaskCurves, task_curves
from hebo.experiment.report.ranks import Blocks, Comparison, blocks, compare
from hebo.experiment.report.statistics import observations
from hebo.experiment.report.timing import timing_table

if TYPE_CHECKING:
    from hebo.experiment.results import Results


@dataclass(frozen=True)
class Analysis:
    """The numbers behind a report.

    Attributes:
        results: The experiment.
        table: Its `observations`.
        optimizers: Labels in the order of the experiment, which fixes their colours.
        curves: One per task.
        blocks: What is ranked.
        comparison: What the ranks say.
        best_runs: One per task with ended trials.
        timing: Mean seconds per trial.
    """

    results: Results
    table: pd.DataFrame
    optimizers: list[str]
    curves: list[TaskCurves]
    blocks: Blocks
    comparison: Comparison
    best_runs: list[BestRun]
    timing: pd.DataFrame

    @property
    def has_ranks(self) -> bool:
        """Whether there is anything to compare."""
        return len(self.optimizers) > 1 and self.comparison.n_blocks > 0


def analyse(results: Results) -> Analysis:
    """Compute all that a report of `results` shows."""
    table = observations(results)
    optimizers = [str(name) for name in dict.fromkeys(results.runs["optimizer"])]
    ranked = blocks(results, table)
    return Analysis(
        results=results,
        table=table,
        optimizers=optimizers,
        curves=task_curves(results, table),
        blocks=ranked,
        comparison=compare(ranked.values),
        best_runs=best_runs(results, table),
        timing=timing_table(table, optimizers),
    )
