"""Run tables as they come from CSV files, made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hebo.experiment.analysis.run_tables import COLUMNS, MEASURE

Finals = Mapping[tuple[str, str], Sequence[float]]


def make_runs(finals: Finals, *, optima: Mapping[str, float] | None = None, **changes: Any) -> pd.DataFrame:
    """Return a run table from (task, optimizer) -> final value of each seed, from 0."""
    rows = [
        dict.fromkeys(COLUMNS, 0.0)
        | MEASURE
        | {
            "suite": "s",
            "part": "reporting",
            "task": task,
            "optimizer": optimizer,
            "seed": seed,
            "type": optimizer,
            "n_trials": 3,
            "n_done": 3,
            "batch_size": 1,
            "optimum": (optima or {}).get(task, np.nan),
            "best_known": np.nan,
            "final": value,
            "n_asks": 3,
            "cpu_median": 0.2,
            "ask_cpu": 0.6,
            "fit_cpu": 0.3,
            "versions": '{"hebo": "1"}',
            "best_1": value + 2,
            "best_2": value + 1,
            "best_3": value,
        }
        | changes
        for (task, optimizer), values in finals.items()
        for seed, value in enumerate(values)
    ]
    return pd.DataFrame(rows)
