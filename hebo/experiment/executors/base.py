"""Executor contract: recipes of what carries out runs and evaluations, behind `concurrent.futures`."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from concurrent.futures import Executor
from pathlib import Path
from typing import ClassVar

from hebo.errors import IncompatibleError
from hebo.recipe import Recipe

CHANCES = 3
"""How often a worker may be lost at one piece of work before that counts as its fault."""


class ExecutorRecipe(Recipe, ABC):
    """A recipe of something that carries out runs, and the evaluations of runs that have several workers.

    The loop of a run, which asks, tells and stores, is carried out by what `open` returns. A run of one
    worker evaluates there as well. Those of several evaluate by what `open_evaluations` returns, which the
    process of the loop opens for itself.

    Attributes:
        survives_crashes: Whether the death of an objective's process leaves the experiment alive; only
            then can an evaluation that hangs outside Python be ended.
        is_apart: Whether the evaluations of a run of several workers are outside of the process of its loop.
        has_timers: Whether they are in main threads, where a time limit can end them.
    """

    survives_crashes: ClassVar[bool] = True
    is_apart: ClassVar[bool] = True
    has_timers: ClassVar[bool] = True

    @property
    @abstractmethod
    def max_workers(self) -> int | None:
        """How many evaluations may be under way at once; None for the default, which grows with a need."""

    def slots(self, n_workers: int) -> int:
        """Return how many evaluations are under way at once, where each run has `n_workers`."""
        return self.max_workers or max(n_cpus(), n_workers)

    def n_loops(self, n_workers: int) -> int:
        """Return how many runs are under way at once, where each has `n_workers`."""
        return max(1, self.slots(n_workers) // n_workers)

    def check(self, n_workers: int, trial_seconds: float | None) -> None:
        """Refuse settings of an experiment that this executor cannot fulfil.

        Raises:
            IncompatibleError: With both values, and what would work.
        """
        most = self.max_workers
        if most is not None and n_workers > most:
            raise IncompatibleError(
                f"n_workers {n_workers} is larger than the {most} of the executor; lower n_workers, or raise "
                "the executor's."
            )
        if n_workers > 1 and trial_seconds is not None and not self.has_timers:
            raise IncompatibleError(
                "limits.trial_seconds needs evaluations in processes of their own, which can be ended; use "
                "the executor process_pool, or leave the limit out."
            )

    @abstractmethod
    def open(self, n_loops: int, *, log: Path) -> Executor:
        """Return a running executor of loops; what its workers print is appended to `log`."""

    @abstractmethod
    def open_evaluations(self, n_workers: int, *, log: Path) -> Executor:
        """Return a running executor for the evaluations of one run; see `open`."""


def n_cpus() -> int:
    """Return the number of CPUs this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
