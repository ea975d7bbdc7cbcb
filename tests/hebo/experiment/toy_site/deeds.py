"""What objectives do that they should not."""

from __future__ import annotations

import asyncio
import concurrent.futures
import ctypes
import io
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path


class Own(BaseException):
    """An error that is no `Exception`."""


class Mute(Exception):
    """An error without a text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class Numb(Exception):
    """An error whose text is no text."""

    def __str__(self) -> str:
        return 3  # type: ignore[return-value]  # that is the deed


def close_descriptors() -> None:
    os.closerange(0, 65536)


def leave() -> None:
    os._exit(9)


def abort() -> None:
    os.abort()


def segfault() -> None:
    ctypes.string_at(0)


def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def real_time_signal() -> None:
    os.kill(os.getpid(), signal.SIGRTMIN + 3)


def die_with_a_child() -> None:
    """End while a forked process holds all descriptors open."""
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    os._exit(9)


def system_exit() -> None:
    sys.exit("leaving")


def keyboard_interrupt() -> None:
    raise KeyboardInterrupt("not from a keyboard")


def own_interrupt_handler() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    raise KeyboardInterrupt("not from a keyboard")


def asyncio_canceled() -> None:
    raise asyncio.CancelledError("canceled")


def future_canceled() -> None:
    raise concurrent.futures.CancelledError("canceled")


def generator_exit() -> None:
    raise GeneratorExit("closed")


def own_error() -> None:
    raise Own("mine")


def recursion() -> None:
    recursion()


def memory() -> None:
    raise MemoryError


def mute() -> None:
    raise Mute


def numb() -> None:
    raise Numb


def nul() -> None:
    raise ValueError("a\0b")


def surrogate() -> None:
    raise ValueError("a\ud800b")


def escape() -> None:
    raise ValueError("\x1b[31mred\x07")


def much() -> None:
    raise ValueError("head" + "x" * 1_000_000 + "tail")


def odd_name() -> None:
    raise type("Red\x1b[31m", (Exception,), {})("text")


def wander() -> None:
    """Go to a folder that then disappears."""
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    os.rmdir(folder)


def flood() -> None:
    print("flood " * 200_000)


def replace_streams() -> None:
    sys.stdout = sys.stderr = io.StringIO()
    sys.stdout.close()


def leave_a_thread() -> None:
    threading.Thread(target=time.sleep, args=(60,)).start()


def leave_a_process() -> None:
    subprocess.Popen(["sleep", "60"])


def ask_a_process() -> None:
    child = multiprocessing.get_context("fork").Process(target=Path, args=("x",))
    child.start()
    child.join()
