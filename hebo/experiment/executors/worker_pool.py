"""Process pool that outlives the death of its workers.

`concurrent.futures.ProcessPoolExecutor` gives up all of its work when one process dies, starts processes by
importing the user's script, and sends functions of modules only. Here each worker has a thread of this
process that hands it work, waits for the answer or for its end, and starts a fresh process where one is
needed; functions may be lambdas and closures.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import cloudpickle

from hebo.errors import IncompatibleError
from hebo.experiment.executors.worker_process import WorkerDied as WorkerDied
from hebo.experiment.executors.worker_process import WorkerProcess
from hebo.experiment.texts import error_message

_Work = tuple[Future[Any], bytes, bytes]


class WorkerPool(Executor):
    """An executor of `n_workers` processes, each started at its first call; what they print goes to `log`.

    A function is pickled once for all calls in a row, and so is sent once to each worker: what it refers to
    is then as it was at the first of them.
    """

    def __init__(self, n_workers: int, *, log: Path) -> None:
        self._work: SimpleQueue[_Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._last: tuple[Callable[..., Any] | None, bytes] = (None, b"")
        self._workers = [_Worker(self._work, str(log)) for _ in range(n_workers)]

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call; its future fails with `WorkerDied` if its process ends.

        Raises:
            IncompatibleError: If the function or an argument cannot be sent to another process.
        """
        if kwargs:
            raise TypeError("WorkerPool.submit takes positional arguments only.")
        future: Future[Any] = Future()
        self._work.put((future, self._packed(fn), _pickled(args)))
        return future

    def ask_to_stop(self) -> None:
        """Ask each worker to return after the evaluation it is at."""
        for worker in self._workers:
            worker.ask_to_stop()

    def kill(self) -> None:
        """End all workers now, for good: calls that are under way or queued fail."""
        for worker in self._workers:
            worker.kill()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers once their work is done."""
        for _ in self._workers:
            self._work.put(None)
        for worker in self._workers if wait else ():
            worker.join()

    def _packed(self, function: Callable[..., Any]) -> bytes:
        with self._lock:
            if function is not self._last[0]:
                self._last = (function, _pickled(function))
            return self._last[1]


class _Worker:
    """A thread of this process and the worker process it looks after."""

    def __init__(self, work: SimpleQueue[_Work | None], log: str) -> None:
        self._work, self._log = work, log
        self._process: WorkerProcess | None = None
        self._is_killed = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        if self._process is not None and self._process.is_usable:
            self._process.ask_to_stop()

    def kill(self) -> None:
        self._is_killed = True
        if self._process is not None and self._process.is_usable:
            self._process.kill()

    def join(self) -> None:
        self._thread.join()

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            future, function, arguments = work
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._living().call(function, arguments))
            except BaseException as error:  # whatever it is, the caller asks the future for it
                future.set_exception(error)
        if self._process is not None:
            self._process.end()

    def _living(self) -> WorkerProcess:
        if not self._is_killed and (self._process is None or not self._process.is_usable):
            self._process = WorkerProcess(self._log)
        if self._is_killed or self._process is None:  # looked at last: `kill` may have come meanwhile
            self.kill()
            raise WorkerDied(-signal.SIGKILL)
        return self._process


def _pickled(value: object) -> bytes:
    try:
        packed: bytes = cloudpickle.dumps(value)
    except Exception as error:  # whatever the classes of what is pickled raise
        raise IncompatibleError(
            f"{value!r:.200} cannot be sent to a worker process ({error_message(error)}); make it from plain "
            "values inside the function, or use the executor threads."
        ) from error
    return packed
