"""Bayesmark's score as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

if TYPE_CHECKING:
    from pandas import DataFrame

_STYLE: dict[str, Any] = {"title_justify": "left", "box": box.SIMPLE_HEAD}
_HEADINGS = {"mean": "mean score", "normalised": "normalised", "median": "median score", "n_runs": "runs"}
_TASK = "task: "


def score_tables(scores: DataFrame, *, metric: str | None) -> list[Table]:
    """Return the scores of the optimisers, and their mean scores by task.

    Args:
        scores: What `bayesmark_table` returned.
        metric: The extra column that was scored, for the title.
    """
    summary = Table(title=f"Bayesmark score of {metric or 'the objective'}", **_STYLE)
    summary.add_column("optimiser", overflow="fold")
    for heading in _HEADINGS.values():
        summary.add_column(heading, justify="right")
    for name, row in scores.iterrows():
        figures = [f"{row[key]:.3f}" for key in ("mean", "normalised", "median")]
        summary.add_row(str(name), *figures, str(int(row["n_runs"])))
    by_task = Table(title="Mean score by task", **_STYLE)
    by_task.add_column("task", overflow="fold")
    for name in scores.index:
        by_task.add_column(str(name), justify="right")
    for column in scores.columns:
        if column.startswith(_TASK):
            by_task.add_row(column.removeprefix(_TASK), *(f"{value:.3f}" for value in scores[column]))
    return [summary, by_task]
