"""Score table as texts: for the page, for the command line, for a notebook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hebo.experiment.analysis.normalized import Scores
from hebo.experiment.analysis.paired import fewest_seeds
from hebo.experiment.analysis.score_tables import score_table, task_table
from hebo.experiment.report.text import number

NOTHING = "–"
HEADINGS = (
    "optimiser",
    "mean score",
    "95 % interval",
    "difference",
    "95 % interval",
    "win / tie / loss",
    "ahead",
    "tasks × runs",
    "CPU s median",
    "CPU s mean",
    "fallbacks",
)


@dataclass(frozen=True)
class ScoreTexts:
    """A score table in words.

    Attributes:
        rows: One per optimiser, best first, cells in the order of `HEADINGS`.
        by_task: (task, mean score of each optimiser).
        optimizers: The columns of `by_task`.
        reference: Whom the others are compared with.
        notes: What a reader should know, one sentence each.
    """

    rows: list[tuple[str, ...]]
    by_task: list[tuple[str, list[str]]]
    optimizers: list[str]
    reference: str
    notes: list[str] = field(default_factory=list)


def score_texts(scores: Scores, *, reference: str | None = None) -> ScoreTexts:
    """Return the score table as texts.

    Raises:
        DataError: If nothing can be scored, or there is no such reference.
    """
    table = score_table(scores, reference=reference)
    first = scores.optimizers[0] if reference is None else reference
    tasks = task_table(scores)
    return ScoreTexts(
        rows=[_texts(str(name), row, is_first=name == first) for name, row in table.iterrows()],
        by_task=[(str(task), [_short(one) for one in row]) for task, row in tasks.iterrows()],
        optimizers=[str(name) for name in tasks.columns],
        reference=first,
        notes=_notes(scores, table, first),
    )


def _texts(name: str, row: pd.Series[float], *, is_first: bool) -> tuple[str, ...]:
    paired = not is_first and row.get("n_paired", 0) > 0
    against = (NOTHING,) * 4
    if paired:
        against = (
            _signed(row["difference"]),
            _interval(row, "difference_lower", "difference_upper", form=_signed),
            f"{row['wins']:.0f} / {row['ties']:.0f} / {row['losses']:.0f}",
            f"{row['ahead']:.0f} of {row['n_paired_tasks']:.0f}",
        )
    return (
        name,
        _short(row["mean"]),
        _interval(row, "lower", "upper", form=_short),
        *against,
        f"{row['n_tasks']:.0f} × {row['n_runs'] / max(row['n_tasks'], 1):.3g}",
        *(_seconds(row.get(key, np.nan)) for key in ("cpu_median", "cpu_mean")),
        NOTHING if np.isnan(row.get("fallbacks", np.nan)) else f"{row['fallbacks']:.2%}",
    )


def _interval(row: pd.Series[float], lower: str, upper: str, *, form: Callable[[float], str]) -> str:
    ends = row.get(lower, np.nan), row.get(upper, np.nan)
    if not np.isfinite(ends).all():
        return NOTHING
    return f"{form(ends[0])} … {form(ends[1])}"


def _short(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else NOTHING


def _signed(value: float) -> str:
    return f"{value:+.3f}" if np.isfinite(value) else NOTHING


def _seconds(value: float) -> str:
    return number(value, n_digits=3) if np.isfinite(value) else NOTHING


def _notes(scores: Scores, table: pd.DataFrame, first: str) -> list[str]:
    notes = [f"Difference: positive where {first} is better, on the tasks and seeds both have."]
    n_seeds = scores.runs.groupby(["problem", "optimizer"]).size().min()
    needed = fewest_seeds(scores.n_tasks)
    if len(table) > 1 and n_seeds < needed:
        notes.append(
            f"Among {scores.n_tasks} tasks a win needs at least {needed} untied seeds of a task; "
            f"some have {n_seeds} only, and count as ties whatever they hold."
        )
    notes += [f"Left out: {task}, as {reason}." for task, reason in scores.left_out.items()]
    return notes
