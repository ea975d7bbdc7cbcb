"""Entries of an experiment: the runs and tasks that are to be registered in a store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NewRun:
    """A run to be registered; the columns of `tables.runs` that the YAML decides."""

    run_id: str
    optimizer: str
    task: str
    seed: int
    n_trials: int
    batch_size: int
    config: Mapping[str, Any]


@dataclass(frozen=True)
class NewProblem:
    """A task to be registered: its design space as JSON, its objectives, its known or best known optimum."""

    task: str
    space: Any
    objectives: tuple[str, ...]
    optimum: float | None
    best_known: float | None = None


@dataclass(frozen=True)
class Entries:
    """All runs, in order, and all tasks of an experiment."""

    runs: tuple[NewRun, ...]
    problems: tuple[NewProblem, ...]


def initial_trials_in(config: Mapping[str, Any], default: int = 0) -> Any:
    """Return the points told before the first ask in a stored configuration; older stores say `told`."""
    return config.get("initial_trials", config.get("told", default))
