"""Stop signals: the wish to stop, which loops respect.

Signals belong to the process, so this one flag does too: set by Ctrl-C or SIGTERM, read between
evaluations by whatever runs in the process.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STOP = threading.Event()


class StopNow(KeyboardInterrupt):
    """The second wish to stop, from the keyboard; an objective may raise a `KeyboardInterrupt` of its own."""


def is_stop(error: BaseException) -> bool:
    """Say whether an error is a wish of the user to stop at once, and not one that an objective made up.

    While `stop_on_signals` is in force, only `StopNow` is. Where Ctrl-C raises a `KeyboardInterrupt` by
    itself, as in a program of the user's own, one cannot be told from the other, and counts as a wish.
    """
    by_itself = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    return isinstance(error, StopNow) or (isinstance(error, KeyboardInterrupt) and by_itself)


@contextmanager
def stop_on_signals(on_first: Callable[[], None]) -> Iterator[None]:
    """Set `STOP` at the first SIGINT or SIGTERM and raise `StopNow` at the second.

    Args:
        on_first: Called once, inside the signal handler; should only tell the user.
    """
    STOP.clear()

    def handle(number: int, frame: FrameType | None) -> None:
        if STOP.is_set():
            raise StopNow
        STOP.set()
        on_first()

    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread only
        return
    previous = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
