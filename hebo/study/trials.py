"""Trials of a study, as its user sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hebo.experiment.store import tables
from hebo.experiment.store.run_log import Trial

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class StudyTrial:
    """One trial.

    Attributes:
        number: From 0.
        params: Parameter -> value; None where a parameter is inactive.
        status: `pending`, `ok`, `infeasible` (measured, and a limit is broken), `failed`, `timed_out`,
            `out_of_memory` or `crashed`.
        values: Name -> measured value, None where there is none; empty while it is pending.
        message: Why it is not ok; None if it is.
        extras: What else the objective returned.
    """

    number: int
    params: dict[str, Any]
    status: str = tables.PENDING
    values: dict[str, float | None] = field(default_factory=dict)
    message: str | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, trial: Trial, message: str | None = None) -> StudyTrial:
        """Return a stored trial."""
        values = dict(trial.values or {})
        return cls(trial.number, dict(trial.params), trial.status, values, message, dict(trial.extras))


def trial_table(rows: Sequence[Mapping[str, Any]], params: Sequence[str], names: Sequence[str]) -> DataFrame:
    """Return stored trials as a table.

    Args:
        rows: Of `RunLog.rows`.
        params: Names of parameters.
        names: Of what is measured.

    Returns:
        One row per trial: its number as index; a column for each parameter, then for each measured quantity,
        NaN where there is no value; then `status`, `message`, `seconds` of the evaluation, `worker` and
        whatever else the objective returned.
    """
    import pandas as pd

    extras = list(dict.fromkeys(key for one in rows for key in one["extras"]))
    table = {
        **{name: [one["params"].get(name) for one in rows] for name in params},
        **{name: pd.array([one["values"].get(name) for one in rows], dtype="Float64") for name in names},
        "status": [one["status"] for one in rows],
        "message": pd.array([one["message"] for one in rows], dtype=object),
        "seconds": [one["eval_seconds"] for one in rows],
        "worker": pd.array([one["worker"] for one in rows], dtype="Int64"),
    }
    index = pd.Index([one["number"] for one in rows], name="number", dtype=int)
    frame = pd.DataFrame(table, index=index)
    for name in names:
        frame[name] = frame[name].astype(float)
    for key in extras:
        if key not in frame:
            frame[key] = pd.Series([one["extras"].get(key) for one in rows], index=index, dtype=object)
    return frame
