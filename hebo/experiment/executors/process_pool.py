"""Process-pool executor: several runs at once, a process each."""

from __future__ import annotations

import os
from concurrent.futures import Executor
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from hebo.experiment.executors.base import ExecutorRecipe
from hebo.experiment.executors.worker_pool import WorkerPool


class ProcessPool(ExecutorRecipe):
    """Several runs at once, each in a process of its own with one thread for linear algebra.

    Attributes:
        n_workers: Number of processes; null means one for each CPU this process may use.
    """

    survives_crashes: ClassVar[bool] = True
    n_workers: Annotated[int, Field(strict=True, ge=1, le=1024)] | None = None

    @property
    def slots(self) -> int:
        """The number of workers."""
        return self.n_workers or n_cpus()

    def open(self, *, log: Path) -> Executor:
        """Return a pool whose processes start at their first run."""
        return WorkerPool(self.slots, log=log)


def n_cpus() -> int:
    """Return the number of CPUs this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
