"""Report contents: everything that page and figures show, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from hebo.experiment.analysis.blocks import Blocks, blocks
from hebo.experiment.analysis.fronts import Front, task_fronts
from hebo.experiment.analysis.measures import Measure
from hebo.experiment.analysis.normalized import Scores, normalized_scores
from hebo.experiment.analysis.observations import measured, observations
from hebo.experiment.analysis.ranks import Comparison, compare
from hebo.experiment.analysis.run_tables import run_table
from hebo.experiment.analysis.split_contexts import split_contexts, too_many
from hebo.experiment.analysis.task_ranking import task_rankings
from hebo.experiment.analysis.timing import phase_table, timing_table
from hebo.experiment.report.best_run import BestRun, best_runs
from hebo.experiment.report.curves import TaskCurves, cost_curves, task_curves
from hebo.experiment.report.pictures import Pictures, task_pictures

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results


@dataclass(frozen=True)
class ByContext:
    """Each context of the tasks that have some, as a task of its own.

    Attributes:
        results: The runs, each once in each context.
        table: Their `observations`.
        measures: Label of task and context -> measure.
        curves: One per task and context.
        left_out: Tasks with too many contexts to be shown one by one -> how many.
    """

    results: Results
    table: pd.DataFrame
    measures: Mapping[str, Measure]
    curves: list[TaskCurves]
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class Contents:
    """The numbers behind a report.

    Attributes:
        results: The experiment.
        table: Its `observations`.
        measures: Task -> what its runs are compared by.
        optimizers: Labels in the order of the experiment, which fixes their colors.
        curves: Against trials, one per task.
        cost_curves: Against costs, one per task that has some.
        by_context: Of tasks with contexts; None where there is none.
        fronts: One per task with several objectives.
        blocks: What is ranked.
        comparison: What the ranks say.
        best_runs: One per task with one objective and ended trials, or per context of it.
        pictures: Label of such a task, or of it in a context -> what the task draws of its best points.
        timing: Mean seconds per trial.
        phases: CPU seconds per ask.
        scores: Normalized scores of the finished runs; None without random search to measure them by.
    """

    results: Results
    table: pd.DataFrame
    measures: Mapping[str, Measure]
    optimizers: list[str]
    curves: list[TaskCurves]
    cost_curves: list[TaskCurves]
    by_context: ByContext | None
    fronts: list[Front]
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
    table, found = observations(results), measured(results)
    optimizers = [str(name) for name in dict.fromkeys(results.runs["optimizer"])]
    ranked = blocks(results, table)
    rankings = task_rankings(ranked.values)
    apart = _by_context(results, table, found)
    has_best = [task for task, one in found.items() if not (one.contexts or one.is_hypervolume)]
    return Contents(
        results=results,
        table=table,
        measures=found,
        optimizers=optimizers,
        curves=task_curves(results, table, found, rankings),
        cost_curves=cost_curves(results, table, found, rankings),
        by_context=apart,
        fronts=task_fronts(table, found) + (task_fronts(apart.table, apart.measures) if apart else []),
        blocks=ranked,
        comparison=compare(ranked.values),
        best_runs=best_runs(results, table, has_best) + (_best_in_contexts(apart) if apart else []),
        pictures=task_pictures(results, table, has_best) | (_pictures_in_contexts(apart) if apart else {}),
        timing=timing_table(table, optimizers),
        phases=phase_table(table, optimizers),
        scores=_scores(results) if len(optimizers) > 1 else None,
    )


def _by_context(results: Results, table: pd.DataFrame, found: Mapping[str, Measure]) -> ByContext | None:
    if not any(one.contexts for one in found.values()):
        return None
    split = split_contexts(results, table, found)
    trials, parts = observations(split), measured(split)
    curves = task_curves(split, trials, parts, task_rankings(blocks(split, trials).values))
    return ByContext(split, trials, parts, curves, too_many(table, found))


def _single(apart: ByContext) -> list[str]:
    return [label for label, one in apart.measures.items() if not one.is_hypervolume]


def _best_in_contexts(apart: ByContext) -> list[BestRun]:
    trials = apart.table.assign(number=apart.table["number_in_run"])
    return best_runs(apart.results, trials, _single(apart))


def _pictures_in_contexts(apart: ByContext) -> dict[str, Pictures]:
    return task_pictures(apart.results, apart.table, _single(apart))


def _scores(results: Results) -> Scores | None:
    table = run_table(results)
    # A budget that grew while an experiment runs leaves finished runs of two lengths for a while.
    whole = table[table["n_trials"] == table["n_trials"].max()]
    scores = normalized_scores(whole)
    return scores if len(scores.runs) else None
