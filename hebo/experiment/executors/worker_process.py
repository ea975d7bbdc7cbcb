"""Start, call and end of one worker process, from the side of the process that uses it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from multiprocessing import connection
from multiprocessing.connection import Connection
from pickle import UnpicklingError
from typing import Any

import cloudpickle

from hebo.errors import EvaluationError
from hebo.experiment.executors.worker import CONNECTION_CLOSED

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


class WorkerDied(EvaluationError):
    """A worker process ended in the middle of its work, or closed its connection, after which it is ended.

    Attributes:
        exit_code: As `subprocess` gives it, negative for a signal; None if it closed its connection.
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


class WorkerProcess:
    """A worker in a process group of its own; what it and its children print is appended to `log`."""

    def __init__(self, log: str) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs, open(log, "ab") as output:
            # Not by `multiprocessing`, which imports the script of the user once more in each process.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", _WORKER, str(theirs.fileno()), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                process_group=0,
            )
            self._pipe = Connection(ours.detach())
        self._function = b""
        with suppress(OSError):  # one that has died already is noticed at its first call
            self._pipe.send_bytes(cloudpickle.dumps(_parents()))

    @property
    def is_usable(self) -> bool:
        """Whether it can take another call."""
        return not self._pipe.closed and self._process.poll() is None

    def call(self, function: bytes, arguments: bytes) -> Any:
        """Return what a pickled function returns; it is sent once for all calls in a row.

        Raises:
            WorkerDied: If the process ends.
            EvaluationError: If the function raises something, or its answer cannot be read.
        """
        try:
            self._pipe.send_bytes(b"" if function is self._function else function)
            self._pipe.send_bytes(arguments)
            self._function = function
            self._wait()
            answer = self._pipe.recv_bytes()  # one that was sent is read even if the process then died
            succeeded, value = cloudpickle.loads(answer)
        except (EOFError, OSError, UnpicklingError):
            self._pipe.close()
            raise WorkerDied(self.end()) from None
        if succeeded:
            return value
        raise value

    def ask_to_stop(self) -> None:
        """Send SIGTERM, which a worker takes as a wish."""
        self._process.terminate()

    def kill(self) -> None:
        """End it now, with what it has started, such as a simulator."""
        self._kill_group()
        self._process.kill()

    def end(self) -> int | None:
        """Return how a worker that takes no more work has ended, None if it had to be ended.

        Threads or processes that its work has left may hold it back.
        """
        self._pipe.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_SECONDS)
        code = self._process.poll()
        self._kill_group()  # a dead worker's group may still have members
        if code is None:
            self._process.kill()
        self._process.wait()
        return None if code == CONNECTION_CLOSED else code

    def _wait(self) -> None:
        """Wait until it has answered or is gone.

        A process that it has forked keeps its descriptors open, so their end is no sign of its own: look.
        """
        while not connection.wait([self._pipe], timeout=_LOOK_SECONDS) and self._process.poll() is None:
            pass
        if self._process.poll() is not None and not self._pipe.poll():
            raise EOFError

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


_WORKER = "hebo.experiment.executors.worker"


def _parents() -> dict[str, Any]:
    return {"path": _path(), "python_path": os.environ.get("PYTHONPATH")}


def _path() -> list[str]:
    """Return where this process imports from; "" stands for the folder that it is in."""
    return [one or os.getcwd() for one in sys.path if isinstance(one, str)]


def _environment() -> dict[str, str]:
    """Return the variables of a worker: one thread for linear algebra, as the workers share the CPUs."""
    return {
        **os.environ,
        **dict.fromkeys(_THREAD_VARIABLES, "1"),
        "PYTHONPATH": os.pathsep.join(_path()),
    }
