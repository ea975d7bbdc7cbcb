"""Report contents: everything that page and figures show, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from hebo.experiment.analysis.blocks import Blocks, blocks
from hebo.experiment.analysis.normalized import Scores, normalized_scores
from hebo.experiment.analysis.one_objective import why_left_out, with_one_objective
from hebo.experiment.analysis.ranks import Comparison, compare
from hebo.experiment.analysis.run_tables import run_table
from hebo.experiment.analysis.statistics import observations
from hebo.experiment.analysis.task_ranking import task_rankings
from hebo.experiment.analysis.timing import phase_table, timing_table
from hebo.experiment.report.best_run import BestRun, best_runs
from hebo.experiment.report.curves import TaskCurves, task_curves
from hebo.experiment.report.pictures import Pictures, task_pictures

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results


@dataclass(frozen=True)
class Contents:
    """The numbers behind a report.

    Attributes:
        results: The experiment.
        table: Its `observations`.
        optimizers: Labels in the order of the experiment, which fixes their colours.
        left_out: Why some tasks are in no curve, rank, score or best run, or "".
        curves: One per task that can be compared.
        blocks: What is ranked.
        comparison: What the ranks say.
        best_runs: One per task with ended trials.
        pictures: Task label -> what the task draws of its best points.
        timing: Mean seconds per trial.
        phases: CPU seconds per ask.
        scores: Normalised scores of the finished runs; None without random search to measure them by.
    """

    results: Results
    table: pd.DataFrame
    optimizers: list[str]
    left_out: str
    curves: list[TaskCurves]
    blocks: Blocks
    comparison: Comparison
    best_runs: list[BestRun]
    pictures: dict[str, Pictures]
    timing: pd.DataFrame
    phases: pd.DataFrame
    scores: Scores | None

    @property
    def has_ranks(self) -> bool:
        """Whether there is anything to compare."""
        return len(self.optimizers) > 1 and self.comparison.n_blocks > 0

    @property
    def has_diagram(self) -> bool:
        """Whether there is a critical difference between tasks to draw."""
        return self.comparison.unit == "task" and self.comparison.critical_difference is not None


def collect_contents(results: Results) -> Contents:
    """Compute all that a report of `results` shows."""
    table = observations(results)
    optimizers = [str(name) for name in dict.fromkeys(results.runs["optimizer"])]
    comparable = with_one_objective(results)
    compared = table[table["run_id"].isin(comparable.runs["run_id"])]
    ranked = blocks(comparable, compared)
    return Contents(
        results=results,
        table=table,
        optimizers=optimizers,
        left_out=why_left_out(results),
        curves=task_curves(comparable, compared, task_rankings(ranked.values)),
        blocks=ranked,
        comparison=compare(ranked.values),
        best_runs=best_runs(comparable, compared),
        pictures=task_pictures(comparable, compared),
        timing=timing_table(table, optimizers),
        phases=phase_table(table, optimizers),
        scores=_scores(results) if len(optimizers) > 1 else None,
    )


def _scores(results: Results) -> Scores | None:
    table = run_table(results)
    # A budget that grew while an experiment runs leaves finished runs of two lengths for a while.
    whole = table[table["n_trials"] == table["n_trials"].max()]
    scores = normalized_scores(whole)
    return scores if len(scores.runs) else None
