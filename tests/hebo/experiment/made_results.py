"""Synthetic `Results`: what a store would hand to a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hebo.experiment.store.entries import Facts
from hebo.experiment.store.results import RUN_COLUMNS, TRIAL_COLUMNS, Results

Key = tuple[str, str, int]
Outcome = float | str | None | Mapping[str, float]

DEFAULT_SPACE = [
    {"name": "rate", "type": "pow", "lb": 1e-4, "ub": 1.0},
    {"name": "depth", "type": "int", "lb": 1, "ub": 9},
    {"name": "loss", "type": "cat", "categories": ["hinge", "log"]},
]


def default_params(index: int) -> dict[str, Any]:
    spread = (index * 0.618) % 1.0
    return {"rate": 10 ** (4 * spread - 4), "depth": 1 + index % 9, "loss": ("hinge", "log")[index % 2]}


def make_results(
    outcomes: Mapping[Key, Sequence[Outcome]],
    *,
    batch_size: int = 1,
    n_trials: int | None = None,
    optima: Mapping[str, float] | None = None,
    extras: Mapping[Key, Sequence[float]] | None = None,
    costs: Mapping[Key, Sequence[float]] | None = None,
    max_cost: float | None = None,
    facts: Facts | None = None,
    space: list[dict[str, Any]] | None = None,
    params: Callable[[int], dict[str, Any]] = default_params,
    name: str = "made up",
) -> Results:
    """Build results from the outcomes of each (optimizer, task, seed).

    A number is an `ok` trial, None a failed one, a string a trial of that status; a mapping has the values
    of several objectives.
    """
    runs, trials = [], []
    for key, values in outcomes.items():
        optimizer, task, seed = key
        run_id = f"{optimizer}/{task}/{seed}"
        budget = len(values) if n_trials is None else n_trials
        n_ended = sum(value != "pending" for value in values)
        runs.append(
            {
                "run_id": run_id,
                "optimizer": optimizer,
                "task": task,
                "seed": seed,
                "status": "finished" if n_ended >= budget and budget else "running",
                "n_trials": budget,
                "batch_size": batch_size,
                "max_cost": np.nan if max_cost is None else max_cost,
                "optimum": (optima or {}).get(task, np.nan),
                "best_known": (optima or {}).get(task, np.nan),
                "config": {"optimizer": {"type": optimizer.split("-")[0]}, "task": {"type": task}},
                "message": None,
            }
        )
        for number, value in enumerate(values):
            status = value if isinstance(value, str) else "failed" if value is None else "ok"
            started = 1_700_000_000.0 + number
            extra = {"generalization": extras[key][number]} if extras and status == "ok" else {}
            trials.append(
                {
                    "run_id": run_id,
                    "number": number,
                    "round": number // batch_size,
                    "params": params(number),
                    "values": _values(value) if status == "ok" else None,
                    "extras": extra,
                    "status": status,
                    "message": None if status in ("ok", "pending") else "it broke",
                    "ask_seconds": 0.1,
                    "tell_seconds": 0.01,
                    "eval_seconds": np.nan if status == "pending" else 0.5,
                    "overhead_seconds": 0.002,
                    "ask_cpu_seconds": 0.08,
                    "tell_cpu_seconds": 0.008,
                    "profile": None if number % batch_size else {"fit": 0.06, "rest": 0.02},
                    "fallbacks": None if number % batch_size else {},
                    "competes": True,
                    "cost": costs[key][number] if costs and status != "pending" else np.nan,
                    "started_at": started,
                    "finished_at": np.nan if status == "pending" else started + 0.5,
                }
            )
    tasks = dict.fromkeys(task for _, task, _ in outcomes)
    definition = {"parameters": DEFAULT_SPACE if space is None else space, "constraints": []}
    return Results(
        runs=pd.DataFrame(runs, columns=list(RUN_COLUMNS)).astype(
            {"optimum": "float64", "best_known": "float64", "max_cost": "float64"}
        ),
        trials=pd.DataFrame(trials, columns=list(TRIAL_COLUMNS)),
        spaces=dict.fromkeys(tasks, definition),
        objectives={task: _objectives(outcomes, task) for task in tasks},
        facts=dict.fromkeys(tasks, Facts(has_costs=costs is not None) if facts is None else facts),
        name=name,
    )


def _values(value: Outcome) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {"y": value}


def _objectives(outcomes: Mapping[Key, Sequence[Outcome]], task: str) -> tuple[str, ...]:
    found = [one for key, values in outcomes.items() if key[1] == task for one in values]
    return next((tuple(one) for one in found if isinstance(one, Mapping)), ("y",))
