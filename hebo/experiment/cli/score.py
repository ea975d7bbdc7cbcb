"""`hebo score`: Bayesmark's score as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hebo.experiment.cli.console import table

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.table import Table

_HEADINGS = {"mean": "mean score", "normalized": "normalised", "median": "median score", "n_runs": "runs"}
_TASK = "task: "


def score_tables(scores: DataFrame, *, metric: str | None) -> list[Table]:
    """Return the scores of the optimisers, and their mean scores by task.

    Args:
        scores: What `bayesmark_table` returned.
        metric: The extra column that was scored, for the title.
    """
    summary = table(f"Bayesmark score of {metric or 'the objective'}", ["optimiser", *_HEADINGS.values()])
    for name, row in scores.iterrows():
        figures = [f"{row[key]:.3f}" for key in ("mean", "normalized", "median")]
        summary.add_row(str(name), *figures, str(int(row["n_runs"])))
    by_task = table("Mean score by task", ["task", *map(str, scores.index)])
    for column in scores.columns:
        if column.startswith(_TASK):
            by_task.add_row(column.removeprefix(_TASK), *(f"{value:.3f}" for value in scores[column]))
    return [summary, by_task]
