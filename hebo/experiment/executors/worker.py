"""Worker process: serves the calls of the process that started it, in its main thread.

Run as `python -m hebo.experiment.executors.worker DESCRIPTOR PARENT`, by `WorkerProcess` alone. Functions
come by cloudpickle over an inherited socket, so that those of a script need no module to be imported from.
Nothing heavy is imported here: what a call needs is imported when the call comes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import cloudpickle

from hebo.errors import EvaluationError, HeboError, StoreError
from hebo.experiment.executors.stopping import STOP
from hebo.experiment.texts import error_message

CONNECTION_CLOSED = 251
"""Exit code of a worker whose connection was closed under it, as closing all descriptors does."""
# How often to look whether the process that started this one is alive.
_LOOK_SECONDS = 0.2


def main(descriptor: int, parent: int) -> None:
    """Serve calls until the parent closes the connection or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    signal.signal(signal.SIGTERM, lambda number, frame: STOP.set())
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    pipe = Connection(descriptor)
    try:
        _take_over(cloudpickle.loads(pipe.recv_bytes()))
        _serve(pipe)
    except EOFError:
        return
    except OSError:
        os._exit(CONNECTION_CLOSED)


def _take_over(parents: dict[str, Any]) -> None:
    """Import from where the parent does, and leave `PYTHONPATH` to programs as the parent has it."""
    sys.path[:] = parents["path"]
    os.environ.pop("PYTHONPATH", None)
    if parents["python_path"] is not None:
        os.environ["PYTHONPATH"] = parents["python_path"]


def _serve(pipe: Connection) -> None:
    """Answer calls: a frame with the function, empty if it is the last one again, and one with arguments."""
    packed, function = b"", None
    while True:
        given, arguments = pipe.recv_bytes(), pipe.recv_bytes()
        if given:
            packed, function = given, None
        try:
            function = cloudpickle.loads(packed) if function is None else function
            answer = _packed(function, arguments)
        except BaseException as error:  # nobody at a keyboard can stop this process: it comes from the work
            answer = cloudpickle.dumps((False, _portable(error)))
        pipe.send_bytes(answer)
        STOP.clear()  # a stop concerns the work under way; what comes next was asked for after it


def _packed(function: Callable[..., Any], arguments: bytes) -> bytes:
    answer: bytes = cloudpickle.dumps((True, function(*cloudpickle.loads(arguments))))
    return answer


def _portable(error: BaseException) -> HeboError:
    """Return an error that every process can unpickle, whatever the class of the original."""
    return StoreError(str(error)) if isinstance(error, StoreError) else EvaluationError(error_message(error))


def _follow(parent: int) -> None:
    """End this process, and what it has started, when its parent is gone: nobody would read its results.

    Its id is looked at, and not a descriptor, which the work may close, or a child of the parent keep.
    """
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
