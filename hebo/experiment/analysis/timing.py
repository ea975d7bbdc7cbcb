"""Time per trial: mean seconds by optimiser, and CPU seconds per ask by phase."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from hebo.experiment.analysis.run_tables import PHASES as ASK_PHASES

PHASES = {
    "ask": "ask_seconds",
    "tell": "tell_seconds",
    "evaluate": "eval_seconds",
    "other": "overhead_seconds",
}
"""Phase -> column of trials. `other` is the CPU time of the runner itself."""


def timing_table(table: pd.DataFrame, optimizers: list[str]) -> pd.DataFrame:
    """Return mean seconds per ended trial: one row per optimiser, one column per phase and their `total`.

    A time that was not measured (a trial that crashed) counts as zero. Optimisers without an ended
    trial are NaN.
    """
    seconds = table[list(PHASES.values())].astype(float).fillna(0.0)
    means = seconds.groupby(table["optimizer"].to_numpy()).mean().reindex(optimizers)
    means.columns = pd.Index(PHASES)
    return means.assign(total=means.sum(axis=1, min_count=1))


def phase_table(table: pd.DataFrame, optimizers: list[str]) -> pd.DataFrame:
    """Return CPU seconds per ask by phase.

    Args:
        table: The `observations` of an experiment.
        optimizers: The rows.

    Returns:
        One row per optimiser: means `fit`, `search`, `rest` of the asks and `tell` after them; `median` and
        `mean` of their sum; `n_asks`; `fallbacks`, the share of asks that fell back somewhere; `reasons`, how
        often each (a mapping). NaN and empty without an ask.
    """
    rows = {name: _phases_of(table[table["optimizer"] == name]) for name in optimizers}
    return pd.DataFrame.from_dict(rows, orient="index", columns=_PHASE_COLUMNS)


_PHASE_COLUMNS = [*ASK_PHASES, "tell", "median", "mean", "n_asks", "fallbacks", "reasons"]


def _phases_of(trials: pd.DataFrame) -> dict[str, Any]:
    asks = [one for one in trials["profile"] if isinstance(one, dict)]
    fallbacks = [one for one in trials["fallbacks"] if isinstance(one, dict)]
    rounds = trials.groupby(["run_id", "round"])[["ask_cpu_seconds", "tell_cpu_seconds"]].sum()
    sums = rounds.sum(axis=1)
    named = {phase: [one.get(phase, 0.0) for one in asks] for phase in ASK_PHASES[:-1]}
    means = {phase: sum(seconds) / len(asks) if asks else np.nan for phase, seconds in named.items()}
    return {
        **means,
        "rest": rounds["ask_cpu_seconds"].mean() - sum(means.values()),
        "tell": rounds["tell_cpu_seconds"].mean(),
        "median": sums.median(),
        "mean": sums.mean(),
        "n_asks": len(rounds),
        "fallbacks": sum(map(bool, fallbacks)) / len(fallbacks) if fallbacks else np.nan,
        "reasons": dict(sum(map(Counter, fallbacks), Counter[str]())),
    }
