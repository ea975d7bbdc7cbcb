"""Run table: one row per finished run, all that scores, their tables and their figures need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hebo.experiment.analysis.one_objective import with_one_objective
from hebo.experiment.analysis.statistics import Floats, best_so_far, observations

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

KEY = ["suite", "part", "task", "optimizer", "seed"]
"""What tells runs apart, also those of different experiments."""

NOISELESS = "noiseless"
"""An extra column of noisy tasks that is scored in place of the objective where it is there."""

COLUMNS = (
    *KEY,
    "type",
    "n_trials",
    "batch_size",
    "optimum",
    "best_known",
    "final",
    "n_failed",
    "n_asks",
    "n_fallback_asks",
    "cpu_median",
    "cpu_mean",
    "ask_cpu",
    "tell_cpu",
    "fit_cpu",
    "search_cpu",
    "rest_cpu",
    "eval_seconds",
    "versions",
)
_BEST = "best_"


def run_table(results: Results) -> pd.DataFrame:
    """Return one row per finished run of an experiment, of tasks with a single objective.

    Returns:
        The columns of `KEY`; `type` of the optimiser; `n_trials`, `batch_size`; `optimum` and `best_known` of
        the task; `final`: the value of the run's best point, without noise where the task reports it;
        `n_failed` trials; `n_asks` and how many of them fell back somewhere (`n_fallback_asks`); CPU seconds:
        of an ask and the tell after it, median and mean over the rounds (`cpu_median`, `cpu_mean`), totals of
        asks, tells and the phases of asks (`ask_cpu`, `tell_cpu`, `fit_cpu`, `search_cpu`, `rest_cpu`);
        `eval_seconds`, the objective's wall time; `versions` as JSON; `best_<k>`: the best value after `k`
        trials, for Fibonacci numbers `k`.
    """
    results = with_one_objective(results)
    table = observations(results)
    trials = dict(list(table.groupby("run_id", sort=False)))
    finished = results.runs[
        (results.runs["status"] == "finished") & results.runs["run_id"].isin(list(trials))
    ]
    rows = [_row(results, run, trials[run["run_id"]]) for _, run in finished.iterrows()]
    frame = pd.DataFrame(rows)
    rest = [str(column) for column in frame.columns if column not in COLUMNS]
    return frame.reindex(columns=[*COLUMNS, *sorted(rest, key=checkpoint)])


def _row(results: Results, run: pd.Series[Any], trials: pd.DataFrame) -> dict[str, Any]:
    curve = scored_curve(trials)
    return {
        "suite": results.suite or results.name,
        "part": results.part or "",
        **{key: run[key] for key in ("task", "optimizer", "seed", "n_trials", "batch_size")},
        "type": run["config"].get("optimizer", {}).get("type", ""),
        **{key: run[key] for key in ("optimum", "best_known")},
        "final": curve[-1],
        "n_failed": int((~trials["status"].isin(["ok", "infeasible"])).sum()),
        **_costs(trials),
        "versions": json.dumps(run["config"].get("versions", dict(results.versions)), sort_keys=True),
        **{f"{_BEST}{k}": curve[k - 1] for k in fibonacci(len(curve))},
    }


def scored_curve(trials: pd.DataFrame) -> Floats:
    """Return the value of the best point so far after each trial of a run; NaN before the first success.

    The best point is the one with the smallest measured value, as whoever runs an optimiser knows no other;
    its value is the one without noise where the task reports that.
    """
    values = trials["value"].to_numpy(dtype=float)
    clean = [(one or {}).get(NOISELESS) for one in trials["extras"]]
    if all(one is None for one in clean):
        return best_so_far(values)
    measured = np.where(np.isfinite(values), values, np.inf)
    is_best = np.isfinite(measured) & (measured < np.minimum.accumulate(np.r_[np.inf, measured[:-1]]))
    latest = np.maximum.accumulate(np.where(is_best, np.arange(len(values)), -1))
    return np.where(latest >= 0, np.array(clean, dtype=float)[latest], np.nan)


def _costs(trials: pd.DataFrame) -> dict[str, Any]:
    """Return what the rounds of one run cost the optimiser and the objective."""
    ask, tell = (trials[f"{part}_cpu_seconds"].astype(float).fillna(0.0) for part in ("ask", "tell"))
    rounds = (ask + tell).groupby(trials["round"].to_numpy()).sum()
    profiles = [one for one in trials["profile"] if isinstance(one, dict)]
    phases = {f"{phase}_cpu": sum(one.get(phase, 0.0) for one in profiles) for phase in PHASES}
    costs = {
        "cpu_median": rounds.median(),
        "cpu_mean": rounds.mean(),
        "ask_cpu": ask.sum(),
        "tell_cpu": tell.sum(),
        **phases,
        "eval_seconds": trials["eval_seconds"].astype(float).sum(),
    }
    return {
        "n_asks": len(rounds),
        "n_fallback_asks": sum(bool(one) for one in trials["fallbacks"] if isinstance(one, dict)),
        **{key: float(f"{value:.4g}") for key, value in costs.items()},
    }


PHASES = ("fit", "search", "rest")
"""The phases of an ask that every table shows."""


def fibonacci(n: int) -> list[int]:
    """Return 1, 2, 3, 5, 8, ... up to `n`."""
    found, following = [1], 2
    while following <= n:
        found.append(following)
        following = sum(found[-2:])
    return found[: max(n, 0)]


def checkpoint(column: object) -> int:
    """Return the number of trials that a column `best_<k>` stands for, 0 for any other column."""
    name = str(column)
    number = name.removeprefix(_BEST)
    return int(number) if name.startswith(_BEST) and number.isdecimal() else 0


def checkpoints(table: pd.DataFrame) -> dict[int, str]:
    """Return number of trials -> column of a run table, ascending."""
    return dict(sorted((checkpoint(name), str(name)) for name in table.columns if checkpoint(name)))
