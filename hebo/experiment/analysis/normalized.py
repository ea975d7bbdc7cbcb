"""Normalized scores of runs: 0 is the best known value of a task, 1 what random search reaches on average.

    score = (best value of the run - best known) / (mean of random search's best values - best known)

with the best known value of a task its optimum, or else the smallest value anyone has seen: in the table
of best known values or in the runs at hand. Smaller is better; a run may be worse than 1. A run without any
success gets the score of the worst run of its task. The yardstick is the one of the normalized mean of
Bayesmark, with random search measured instead of estimated and nothing clipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hebo.errors import DataError
from hebo.experiment.analysis.bayesmark_score import RANDOM_SEARCH
from hebo.experiment.analysis.run_tables import checkpoints
from hebo.experiment.analysis.statistics import Floats

_MOST = 1e9
"""The largest score; it is as bad as any beyond."""

TASK = ["suite", "part", "task"]
"""What tells tasks apart, also those of different suites."""


@dataclass(frozen=True)
class Scores:
    """Scores of runs.

    Attributes:
        runs: The run table, only tasks that can be scored, with `score` for `final` and with the columns
            `best_<k>` as scores; `problem` numbers the tasks.
        optimizers: Labels in the order of the table.
        left_out: Task -> why it has no score.
    """

    runs: pd.DataFrame
    optimizers: list[str]
    left_out: dict[str, str]

    @property
    def n_tasks(self) -> int:
        """How many tasks are scored."""
        return int(self.runs["problem"].nunique())


def normalized_scores(table: pd.DataFrame) -> Scores:
    """Score the runs of a table.

    Args:
        table: A run table; runs of one task are of one length.

    Raises:
        DataError: If runs of one task differ in length or batch size.
    """
    optimizers = [str(name) for name in dict.fromkeys(table["optimizer"])]
    parts: list[pd.DataFrame] = []
    left_out: dict[str, str] = {}
    for key, runs in table.groupby(TASK, sort=False):
        label = "/".join(str(one) for one in _as_tuple(key) if one)
        check_length(label, runs)
        scale = _scale(runs)
        if isinstance(scale, str):
            left_out[label] = scale
        else:
            parts.append(_scored(runs, *scale).assign(problem=len(parts)))
    runs = pd.concat(parts) if parts else table.iloc[:0].assign(score=np.nan, problem=0)
    return Scores(runs, optimizers, left_out)


def _as_tuple(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)


def check_length(label: str, runs: pd.DataFrame) -> None:
    """Refuse to compare runs of different length.

    Args:
        label: Of the task, for the message.
        runs: Rows of a run table.

    Raises:
        DataError: If the number of trials or the batch size differs.
    """
    for column in ("n_trials", "batch_size", "max_cost"):
        found = sorted({"none" if value != value else value for value in runs[column]}, key=str)
        if len(found) > 1:
            raise DataError(
                f"Runs of {label} differ in {column} ({', '.join(map(str, found))}); scores compare equal "
                "ones. Leave the others out, or give them a suite of their own."
            )
    if len(measures := sorted(one or "value" for one in set(runs["measure"]))) > 1:
        raise DataError(
            f"Runs of {label} are compared by different numbers ({'; '.join(measures)}): a reference "
            "point is inferred from the runs of one experiment. State `reference_point` in the task, or put "
            "the runs into one experiment."
        )


def _scale(runs: pd.DataFrame) -> tuple[float, float] | str:
    """Return the values of score 0 and 1, or why there are none."""
    random = runs.loc[runs["type"] == RANDOM_SEARCH, "final"].astype(float)
    if not len(random):
        return "random search has no finished run"
    worst = runs["final"].astype(float).max()
    zero, one = best_known(runs), float(random.fillna(worst).mean())
    if not np.isfinite([zero, one]).all():
        return "random search never succeeded"
    if one - zero <= 1e-12 * max(abs(one), abs(zero)):
        return "random search always finds the best known value"
    return zero, one


def best_known(runs: pd.DataFrame) -> float:
    """Return the best known value of the task of `runs`: its optimum, else the smallest value of all."""
    optimum = runs["optimum"].astype(float)
    if optimum.notna().any():
        return float(optimum.dropna().iloc[0])
    return float(runs[["best_known", "final"]].astype(float).min().min())


def _scored(runs: pd.DataFrame, zero: float, one: float) -> pd.DataFrame:
    columns = [*checkpoints(runs).values()]
    values = runs[["final", *columns]].to_numpy(dtype=float)
    # Halves keep differences inside the float range, as the cap does quotients.
    with np.errstate(over="ignore"):
        scores = np.minimum((values / 2 - zero / 2) / (one / 2 - zero / 2), _MOST)
    shown = runs.copy()
    shown["score"] = _without_gaps(scores[:, :1])[:, 0]
    # Runs of one task are equally long, so a column is either beyond all of them or gaps in it are failures.
    is_reached = np.array([int(name.removeprefix("best_")) <= _length(runs) for name in columns])
    curves = scores[:, 1:]
    curves[:, is_reached] = _without_gaps(curves[:, is_reached])
    shown[columns] = curves
    return shown


def _length(runs: pd.DataFrame) -> int:
    """Return how many trials the longest run has; those of one task differ where costs have ended them."""
    return int(runs["n_done"].max())


def _without_gaps(scores: Floats) -> Floats:
    """Give runs without any success so far the worst score of the task."""
    if not np.isfinite(scores).any():
        return scores
    return np.where(np.isnan(scores), np.nanmax(scores), scores)


def score_curves(scores: Scores) -> dict[str, pd.DataFrame]:
    """Return mean score against trials per optimizer, with its 95 % bootstrap interval.

    Returns:
        Optimizer -> a table with index `trials` and columns `mean`, `lower`, `upper`, up to the shortest
        budget of the tasks.
    """
    from hebo.experiment.analysis.paired import interval_of_means

    if not len(scores.runs):
        return {}
    lengths = [_length(one) for _, one in scores.runs.groupby("problem")]
    columns = {k: name for k, name in checkpoints(scores.runs).items() if k <= min(lengths)}
    if len(set(lengths)) == 1:
        columns[lengths[0]] = "score"
    found = {}
    for name in scores.optimizers:
        mine = scores.runs[scores.runs["optimizer"] == name]
        groups = [one[[*columns.values()]].to_numpy(float) for _, one in mine.groupby("problem")]
        if groups:
            mean, lower, upper = interval_of_means(groups)
            index = pd.Index([*columns], name="trials")
            found[name] = pd.DataFrame({"mean": mean, "lower": lower, "upper": upper}, index=index)
    return found
