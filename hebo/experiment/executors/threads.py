"""Thread executor: the trials of a run at once in threads of one process."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import ClassVar

from hebo.experiment.executors.in_process import InProcessExecutor
from hebo.experiment.executors.process_pool import ProcessPool


class Threads(ProcessPool):
    """Several evaluations at once, those of one run in threads of one process.

    For objectives that wait, such as for a service or a program, or that cannot be sent to a process. They
    share one interpreter: what computes in Python takes turns. A crash ends the process of the run; what was
    under way is then evaluated again, one trial after the other, to find the one that is to blame. No time
    limit can end a thread.
    """

    is_apart: ClassVar[bool] = False
    has_timers: ClassVar[bool] = False

    def open_evaluations(self, n_workers: int, *, log: Path) -> Executor:
        """Return an executor that evaluates in the thread that submits."""
        return InProcessExecutor()
