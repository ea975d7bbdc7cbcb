"""Trial frame: every trial of an experiment, a study or a campaign in one flat table, to take elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

RUN = ("run_id", "optimizer", "task", "seed")
TRIAL = ("number", "round", "status", "message")
TIMES = ("eval_seconds", "ask_seconds", "started_at", "finished_at", "worker", "cost")
GROUPS = ("params", "values", "extras")
"""Columns of `Results.trials` with mappings, whose keys are columns here."""


def trial_frame(results: Results) -> pd.DataFrame:
    """Return one row per trial.

    Returns:
        Columns of the run, of the trial, one for each parameter in natural units, one for each objective and
        constraint as measured, times in seconds (instants since 1970 UTC), and one for each further value
        that the objective reported. A name that appears in more than one of these groups has the group
        before it: `params.loss`, `values.loss`. Columns without any value are left out, but for those of
        parameters and measured quantities.
    """
    runs = results.runs[list(RUN)]
    trials = results.trials.merge(runs, on="run_id", how="left")
    groups = {group: _columns(trials[group]) for group in GROUPS}
    fixed = {name: trials[name] for name in (*RUN, *TRIAL)}
    times = {name: trials[name] for name in TIMES if trials[name].notna().any()}
    seen = Counter([*RUN, *TRIAL, *TIMES, *(name for columns in groups.values() for name in columns)])
    named = {
        group: {(f"{group}.{name}" if seen[name] > 1 else name): cells for name, cells in columns.items()}
        for group, columns in groups.items()
    }
    columns = {**fixed, **named["params"], **named["values"], **times, **named["extras"]}
    return pd.DataFrame({name: _series(cells) for name, cells in columns.items()})


def _columns(mappings: Iterable[Any]) -> dict[str, list[Any]]:
    """Return key -> its value in each mapping, None where it has none."""
    rows = [one if isinstance(one, Mapping) else {} for one in mappings]
    names = dict.fromkeys(str(key) for row in rows for key in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _series(cells: Any) -> pd.Series[Any]:
    """Return a column: numbers as numbers, anything else as it is."""
    if isinstance(cells, pd.Series):
        return cells.reset_index(drop=True)
    known = [one for one in cells if one is not None]
    is_number = bool(known) and all(type(one) in (int, float) for one in known)
    if is_number and any(type(one) is float for one in known):
        return pd.Series([float("nan") if one is None else float(one) for one in cells], dtype="float64")
    if is_number and len(known) == len(cells):
        return pd.Series(cells)
    return pd.Series(cells, dtype=object)
