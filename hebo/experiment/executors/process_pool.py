"""Process-pool executor: several runs and several trials at once, a process each."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import Annotated

from pydantic import Field

from hebo.experiment.executors.base import ExecutorRecipe
from hebo.experiment.executors.base import n_cpus as n_cpus
from hebo.experiment.executors.worker_pool import WorkerPool

NWorkers = Annotated[int, Field(strict=True, ge=1, le=1024)]


class ProcessPool(ExecutorRecipe):
    """Several evaluations at once, each in a process of its own with one thread for linear algebra.

    Attributes:
        n_workers: How many; null means one for each CPU this process may use, or as many as one run has.
    """

    n_workers: NWorkers | None = None

    @property
    def max_workers(self) -> int | None:
        """The number of workers."""
        return self.n_workers

    def open(self, n_loops: int, *, log: Path) -> Executor:
        """Return a pool whose processes start at their first run."""
        return WorkerPool(n_loops, log=log)

    def open_evaluations(self, n_workers: int, *, log: Path) -> Executor:
        """Return a pool whose processes start at their first evaluation."""
        return WorkerPool(n_workers, log=log)
