"""Process state that an objective may change: the next evaluation shall find the same."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_STREAMS = ("stdin", "stdout", "stderr")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def surroundings() -> Iterator[None]:
    """Put working directory, standard streams and the handlers of stops back after a block."""
    folder = _folder()
    streams = {name: getattr(sys, name) for name in _STREAMS}
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield
    finally:
        for name, stream in streams.items():
            setattr(sys, name, stream)
        if folder is not None and _folder() != folder:
            with suppress(OSError):  # it may be gone
                os.chdir(folder)
        if threading.current_thread() is threading.main_thread():
            for number, handler in handlers.items():
                if handler is not None and signal.getsignal(number) is not handler:
                    signal.signal(number, handler)


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return None
