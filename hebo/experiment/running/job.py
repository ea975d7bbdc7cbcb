"""Job: all that a worker needs to carry out a run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Job:
    """All that a worker needs to carry out a run; plain values, so any executor can send it.

    Everything that decides what is done comes from the YAML: a store holds results, and is no recipe.

    Attributes:
        url: Of the store.
        experiment: Name of the experiment.
        run_id: The run.
        owner: In whose name.
        optimizer: Its recipe, as `describe` writes it.
        task: The same of the task.
        label: Of the task.
        seed: Of the run.
        n_trials: Its budget.
        max_cost: What its evaluations may cost together; None where there is no limit.
        batch_size: Points asked for at once.
        trial_seconds: Limit of one evaluation; None for none.
        hard_limit: Whether the worker may end itself if an evaluation ignores the limit.
        initial_trials: Points to evaluate and tell before the first ask.
        related: Related tasks that the optimizer learns from, as its state has them.
        n_workers: Trials that are evaluated at once.
        executor: Where they are, if there are several, as `describe` writes it.
        log: File of what workers print.
        is_careful: Whether what is pending is evaluated one by one first: one of it has ended the process of
            this run before.
    """

    url: str
    experiment: str
    run_id: str
    owner: str
    optimizer: Mapping[str, Any]
    task: Mapping[str, Any]
    label: str
    seed: int
    n_trials: int
    batch_size: int
    trial_seconds: float | None
    hard_limit: bool
    initial_trials: int = 0
    max_cost: float | None = None
    related: Sequence[Mapping[str, Any]] = ()
    n_workers: int = 1
    executor: Mapping[str, Any] | None = None
    log: str = os.devnull
    is_careful: bool = False

    @property
    def is_asynchronous(self) -> bool:
        """Whether each trial is told by itself, while others are under way."""
        return self.n_workers > 1 and self.batch_size == 1
