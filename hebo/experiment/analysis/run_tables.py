"""Run table: one row per finished run, all that scores, their tables and their figures need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hebo.experiment.analysis.measures import Measure
from hebo.experiment.analysis.observations import measured, observations, within
from hebo.experiment.analysis.statistics import Floats

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

KEY = ["suite", "part", "task", "optimizer", "seed"]
"""What tells runs apart, also those of different experiments."""

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
MEASURE: dict[str, Any] = {"measure": "", "max_cost": np.nan, "n_done": np.nan, "spent": np.nan}
"""Columns of what runs are compared by, and what stands for them in tables that older versions wrote."""

_BEST = "best_"


def run_table(results: Results) -> pd.DataFrame:
    """Return one row per finished run of an experiment.

    Returns:
        The columns of `KEY`; `type` of the optimizer; `n_trials`, `batch_size`; `final`: the leading quantity
        of the run, smaller is better (see `hebo.experiment.store.leading`): the value of its best point, the
        mean over contexts, or minus the hypervolume; without noise where the task reports it, and within
        `max_cost`; `optimum` and `best_known`: the least value of that, as the task knows it; `n_failed`
        trials; `n_asks` and how many of them fell back somewhere (`n_fallback_asks`); CPU seconds: of an ask
        and the tell after it, median and mean over the rounds (`cpu_median`, `cpu_mean`), totals of asks,
        tells and the phases of asks (`ask_cpu`, `tell_cpu`, `fit_cpu`, `search_cpu`, `rest_cpu`);
        `eval_seconds`, the objective's wall time; `versions` as JSON; `measure`: the reference point of a
        hypervolume, or what else cannot be compared with other numbers of the task, "" for a value;
        `max_cost` and `spent`; `n_done` trials; `best_<k>`: the leading quantity after `k` trials, for
        Fibonacci numbers `k`; a run that its costs ended keeps the last one.
    """
    table, found = observations(results), measured(results)
    trials = dict(list(table.groupby("run_id", sort=False)))
    longest = table.groupby("task")["number"].max() + 1
    finished = results.runs[
        (results.runs["status"] == "finished") & results.runs["run_id"].isin(list(trials))
    ]
    rows = [
        _row(results, run, trials[run["run_id"]], found[run["task"]], int(longest[run["task"]]))
        for _, run in finished.iterrows()
    ]
    frame = pd.DataFrame(rows)
    rest = [str(column) for column in frame.columns if checkpoint(column)]
    return frame.reindex(columns=[*COLUMNS, *MEASURE, *sorted(rest, key=checkpoint)])


def _row(
    results: Results, run: pd.Series[Any], trials: pd.DataFrame, measure: Measure, longest: int
) -> dict[str, Any]:
    curve = scored_curve(within(trials, run["max_cost"]), longest)
    return {
        "suite": results.suite or results.name,
        "part": results.part or "",
        **{key: run[key] for key in ("task", "optimizer", "seed", "n_trials", "batch_size")},
        "type": run["config"].get("optimizer", {}).get("type", ""),
        **{key: getattr(measure, key) for key in ("optimum", "best_known")},
        "final": curve[-1],
        "n_failed": int((~trials["status"].isin(["ok", "infeasible"])).sum()),
        **_costs(trials),
        "versions": json.dumps(run["config"].get("versions", dict(results.versions)), sort_keys=True),
        "measure": _text_of(measure),
        "max_cost": run["max_cost"],
        "n_done": len(trials),
        "spent": float(trials["spent"].iloc[-1]) if measure.has_costs else np.nan,
        **{f"{_BEST}{k}": curve[k - 1] for k in fibonacci(len(curve))},
    }


def scored_curve(trials: pd.DataFrame, longest: int) -> Floats:
    """Return the leading quantity after each trial of a run; NaN before the first success.

    The best point is the one with the smallest measured value, as whoever runs an optimizer knows no other;
    its value is the one without noise where the task reports that. The same holds for a front.

    Args:
        trials: Of the run, rows of `observations`.
        longest: Length of the longest run of the task; a shorter one keeps its last value.
    """
    curve = trials["scored_so_far"].to_numpy(dtype=float)
    last = curve[-1] if len(curve) else np.nan
    return np.concatenate([curve, np.full(longest - len(curve), last)])


def _text_of(measure: Measure) -> str:
    """Return what numbers have to have in common to be compared, beside their task."""
    if measure.is_hypervolume:
        return f"hypervolume at {json.dumps(list(measure.leading.reference))}"
    return "regret over contexts" if measure.is_regret else "mean over contexts" if measure.contexts else ""


def _costs(trials: pd.DataFrame) -> dict[str, Any]:
    """Return what the rounds of one run cost the optimizer and the objective."""
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
