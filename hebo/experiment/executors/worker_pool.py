"""Process pool that outlives the death of its workers.

`concurrent.futures.ProcessPoolExecutor` gives up all of its work when one process dies. Here each
worker has a thread of the parent that hands it work, waits for the answer or for its end, and
starts a fresh process where one is needed. Nothing heavy is imported in this module: a worker sets
the thread counts of the numeric libraries before they load.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from pickle import UnpicklingError
from queue import SimpleQueue
from typing import Any

from hebo.errors import EvaluationError, HeboError, StoreError
from hebo.experiment.executors.stopping import STOP
from hebo.experiment.texts import error_message

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
# How often to look whether a worker is alive whose descriptors somebody else keeps open.
_LOOK_SECONDS = 0.5
# How long a worker without a connection may take to end by itself.
_LAST_SECONDS = 2.0
_Work = tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]


class WorkerDied(EvaluationError):
    """A worker process ended in the middle of its work, or closed its connection, after which it is ended.

    Attributes:
        exit_code: As `multiprocessing` gives it, negative for a signal; None if it closed its connection.
    """

    def __init__(self, exit_code: int | None) -> None:
        self.exit_code = exit_code
        super().__init__(f"the worker process {end_of(exit_code)}")


def end_of(exit_code: int | None) -> str:
    """Return how a process ended, in words."""
    if exit_code is None:
        return "closed its connection to `hebo run`, as closing all descriptors does"
    if exit_code >= 0:
        return f"exited with code {exit_code}"
    known = {one.value: one.name for one in signal.Signals}
    hint = "; the system may have run out of memory" if -exit_code == signal.SIGKILL else ""
    return f"was killed by {known.get(-exit_code, f'signal {-exit_code}')}{hint}"


class WorkerPool(Executor):
    """An executor of `n_workers` spawned processes; what they print is appended to `log`."""

    def __init__(self, n_workers: int, *, log: Path) -> None:
        self._work: SimpleQueue[_Work | None] = SimpleQueue()
        self._workers = [_Worker(self._work, str(log)) for _ in range(n_workers)]

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call of a module-level function; its future fails with `WorkerDied` if its process ends."""
        if kwargs:
            raise TypeError("WorkerPool.submit takes positional arguments only.")
        future: Future[Any] = Future()
        self._work.put((future, fn, args))
        return future

    def ask_to_stop(self) -> None:
        """Ask each worker to return after the evaluation it is at."""
        for worker in self._workers:
            worker.signal_stop()

    def kill(self) -> None:
        """End all workers now."""
        for worker in self._workers:
            worker.kill()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers once their work is done."""
        for _ in self._workers:
            self._work.put(None)
        for worker in self._workers if wait else ():
            worker.join()


class _Worker:
    """A thread of the parent and the process it looks after."""

    def __init__(self, work: SimpleQueue[_Work | None], log: str) -> None:
        self._work, self._log = work, log
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def signal_stop(self) -> None:
        process = self._process
        if process is not None and process.is_alive():
            process.terminate()  # SIGTERM, which a worker takes as a request

    def kill(self) -> None:
        process = self._process
        if process is not None and process.is_alive():
            _kill_group(process)
            process.kill()

    def join(self) -> None:
        self._thread.join()

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            future, function, arguments = work
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._call(function, arguments))
            except BaseException as error:  # whatever it is, the caller asks the future for it
                future.set_exception(error)
        self._end()

    def _call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        process, pipe = self._living()
        try:
            pipe.send((function, arguments))
            _wait_for(process, pipe)
            succeeded, answer = pipe.recv()  # an answer that was sent is read even if the process then died
        except (EOFError, OSError, UnpicklingError):
            pipe.close()
            self._connection = None
            raise WorkerDied(_end_now(process)) from None
        if succeeded:
            return answer
        raise answer

    def _living(self) -> tuple[SpawnProcess, Connection]:
        if self._process is None or self._connection is None or not self._process.is_alive():
            context = get_context("spawn")
            self._connection, theirs = context.Pipe()
            # Not a daemon, which may have no children, as objectives that load data in parallel do.
            self._process = context.Process(target=_work_in_child, args=(theirs, self._log), daemon=False)
            self._process.start()
            theirs.close()
        return self._process, self._connection

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            _end_now(self._process)  # threads or processes that an objective has left may hold it back


def _wait_for(process: SpawnProcess, pipe: Connection) -> None:
    """Wait until a worker has answered or is gone.

    A process that it has forked keeps its descriptors open, so their end is no sign of its own: look for it.
    """
    while not connection.wait([pipe], timeout=_LOOK_SECONDS) and process.is_alive():
        pass
    if not pipe.poll() and not process.is_alive():
        raise EOFError


def _end_now(process: SpawnProcess) -> int | None:
    """Return how a worker that takes no more work has ended, None if it had to be ended."""
    deadline = time.monotonic() + _LAST_SECONDS
    while process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    code = process.exitcode
    _kill_group(process)
    if code is None:
        process.kill()
    process.join()
    return code


def _kill_group(process: SpawnProcess) -> None:
    """End what a worker has started, such as a simulator; a dead worker's group may still have members."""
    with suppress(ProcessLookupError, PermissionError):
        if process.pid is not None:
            os.killpg(process.pid, signal.SIGKILL)


def _work_in_child(pipe: Connection, log: str) -> None:
    """Serve calls until the parent closes the pipe or dies."""
    os.setpgrp()  # a group of its own: Ctrl-C is the parent's business, and its children can be ended with it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: STOP.set())
    threading.Thread(target=_follow_parent, daemon=True).start()
    _print_to(log)
    _use_one_thread()
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        try:
            answer = (True, function(*arguments))
        except BaseException as error:  # nobody at a keyboard can stop this process: it comes from the work
            answer = (False, _portable(error))
        pipe.send(answer)
        STOP.clear()  # a stop concerns the work under way; what comes next was asked for after it


def _portable(error: BaseException) -> HeboError:
    """Return an error that every process can unpickle, whatever the class of the original."""
    return StoreError(str(error)) if isinstance(error, StoreError) else EvaluationError(error_message(error))


def _follow_parent() -> None:
    """End this process when the one that started it is gone: nobody would read its results."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.killpg(os.getpgrp(), signal.SIGKILL)


def _print_to(log: str) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    sys.stdout.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _use_one_thread() -> None:
    """Give the worker one thread for linear algebra: the workers share the CPUs already."""
    for variable in _THREAD_VARIABLES:
        os.environ[variable] = "1"
    import torch

    torch.set_num_threads(1)
