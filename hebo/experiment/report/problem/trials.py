"""Trials of one run as the page shows them: what became of each, and which are the best so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hebo.experiment.analysis.measures import context_names, contexts_of
from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.store import tables
from hebo.outcomes import Outcomes

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

OK, CHEAPER, INFEASIBLE, FAILED, PENDING = "ok", "cheaper", "infeasible", "failed", "pending"
"""What became of a trial; `cheaper` is one that succeeded at a cheaper fidelity."""


def run_trials(results: Results, run: Mapping[str, Any]) -> pd.DataFrame:
    """Return all trials of a run in the order of their numbers, those told before the first ask as well.

    Returns:
        The columns of `results.trials`, and `kind`, `context` (a text) and `minimized`: objective -> what is
        minimized of its value.
    """
    outcomes, task = results.outcomes_of(run["task"]), str(run["task"])
    trials = results.trials[results.trials["run_id"] == run["run_id"]].reset_index(drop=True)
    values = [one if isinstance(one, dict) else {} for one in trials["values"]]
    kinds = [
        _kind(status, one, competes, outcomes)
        for status, one, competes in zip(trials["status"], values, trials["competes"], strict=True)
    ]
    contexts = contexts_of(trials["params"], context_names(results, task))
    found: pd.DataFrame = trials.assign(
        values=pd.Series(values, trials.index, dtype=object),
        kind=pd.Series(kinds, trials.index, dtype=object),
        context=pd.Series(contexts, trials.index, dtype=object),
        minimized=pd.Series([outcomes.minimized(one) for one in values], trials.index, dtype=object),
    )
    return found


def _kind(status: str, values: Mapping[str, Any], competes: object, outcomes: Outcomes) -> str:
    if status in (PENDING, INFEASIBLE):
        return status
    is_whole = status == tables.OK and all(_is_finite(values.get(name)) for name in outcomes.objective_names)
    return FAILED if not is_whole else OK if competes else CHEAPER


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and bool(np.isfinite(value))


def column(trials: pd.DataFrame, name: str) -> Floats:
    """Return the measured values of a quantity, NaN where there is none."""
    found = [one.get(name) for one in trials["values"]]
    return np.array([value if _is_finite(value) else np.nan for value in found], dtype=float)


def best_rows(trials: pd.DataFrame, name: str) -> list[int]:
    """Return for each trial the row of the best one so far by an objective, -1 before the first success."""
    rows: list[int] = []
    least, place = np.inf, -1
    for row, (kind, one) in enumerate(zip(trials["kind"], trials["minimized"], strict=True)):
        if kind == OK and one[name] < least:
            least, place = one[name], row
        rows.append(place)
    return rows


def best_row(trials: pd.DataFrame, name: str) -> int | None:
    """Return the row of the best trial by an objective, None without a success."""
    rows = best_rows(trials, name)
    return rows[-1] if rows and rows[-1] >= 0 else None


def front_rows(trials: pd.DataFrame, names: Sequence[str]) -> list[int]:
    """Return the rows of the successful trials that no other one dominates."""
    from hebo.pareto import front

    rows = np.flatnonzero(trials["kind"] == OK).tolist()
    minimized = [[trials["minimized"].iloc[row][name] for name in names] for row in rows]
    return [row for row, is_kept in zip(rows, front(minimized), strict=True) if is_kept] if rows else []
