"""Where runs are carried out: recipes of executors with the interface of `concurrent.futures`."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from hebo.experiment.worker_pool import WorkerPool
from hebo.recipe import Recipe


class ExecutorRecipe(Recipe, ABC):
    """A recipe of something that carries out runs.

    Attributes:
        survives_crashes: Whether the death of an objective's process leaves the experiment alive; only
            then can an evaluation that hangs outside Python be ended.
    """

    survives_crashes: ClassVar[bool]

    @property
    @abstractmethod
    def slots(self) -> int:
        """How many runs are under way at once."""

    @abstractmethod
    def open(self, *, log: Path) -> Executor:
        """Return a running executor; what its workers print is appended to `log`."""


class InProcess(ExecutorRecipe):
    """One run after the other in the process of `hebo run`: the easiest to debug.

    Whatever an objective raises costs its trial, as in a pool. What differs: a crash, or closing all
    descriptors, ends `hebo run` itself (the same command goes on, with the same trial), and
    `limits.trial_seconds` stops Python code only: a call inside C is ended when it returns.
    """

    survives_crashes: ClassVar[bool] = False

    @property
    def slots(self) -> int:
        """One."""
        return 1

    def open(self, *, log: Path) -> Executor:
        """Return an executor whose `submit` comes back when the work is done."""
        return InProcessExecutor()


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


class InProcessExecutor(Executor):
    """Does the work inside `submit`."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call `fn` now and return a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def n_cpus() -> int:
    """Return the number of CPUs this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
