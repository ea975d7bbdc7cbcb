"""In-process executor: one run after the other, without processes of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any, ClassVar

from hebo.errors import IncompatibleError
from hebo.experiment.executors.base import ExecutorRecipe


class InProcess(ExecutorRecipe):
    """One run after the other in the process of `hebo run`: the easiest to debug.

    Whatever an objective raises costs its trial, as in a pool. What differs: a crash, or closing all
    descriptors, ends `hebo run` itself (the same command goes on, with the same trial), and
    `limits.trial_seconds` stops Python code only: a call inside C is ended when it returns.
    """

    survives_crashes: ClassVar[bool] = False

    @property
    def max_workers(self) -> int | None:
        """One."""
        return 1

    def check(self, n_workers: int, trial_seconds: float | None) -> None:
        """Refuse several workers.

        Raises:
            IncompatibleError: With the number, and what would work.
        """
        if n_workers > 1:
            raise IncompatibleError(
                f"n_workers {n_workers}: the executor in_process evaluates one trial after the other; use "
                "process_pool or threads, or n_workers 1."
            )

    def open(self, n_loops: int, *, log: Path) -> Executor:
        """Return an executor whose `submit` comes back when the work is done."""
        return InProcessExecutor()

    def open_evaluations(self, n_workers: int, *, log: Path) -> Executor:
        """Return the same: what is submitted is evaluated here."""
        return InProcessExecutor()


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
