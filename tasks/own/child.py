"""One command under a supervisor: started, listened to, and ended with all that it has started."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

SUPERVISOR = Path(__file__).with_name("supervisor.py")

_MAX_STDERR = 1 << 16
_PIECE = 1 << 16
# How long the supervisor may take to end the command: longer than it waits for that itself.
_LAST_SECONDS = 10.0


@dataclass(frozen=True)
class Order:
    """What is to be run.

    Attributes:
        argv: Program and arguments.
        cwd: The folder it runs in.
        env: Environment variables beside those of this process.
        seconds: After which it is ended; None for no limit.
        memory_mb: Resident memory at which it is ended; None for no limit.
    """

    argv: Sequence[str]
    cwd: str
    env: Mapping[str, str]
    seconds: float | None
    memory_mb: float | None

    @property
    def text(self) -> bytes:
        """What the supervisor reads."""
        keys = ("argv", "cwd", "seconds", "memory_mb")
        return json.dumps({key: getattr(self, key) for key in keys}).encode() + b"\n"


@dataclass(frozen=True)
class Ending:
    """How a command has ended.

    Attributes:
        code: Its exit status, negative for a signal; None if the supervisor did not say.
        reason: Which limit it was ended at, `seconds` or `memory`, or nothing.
        error: Why it did not start, or nothing.
        stderr: The end of what it wrote there.
    """

    code: int | None = None
    reason: str = ""
    error: str = ""
    stderr: str = ""


def run(order: Order, *, stdin: IO[bytes] | None, on_output: Callable[[bytes], None]) -> Ending:
    """Run a command to its end, and return how it was; whatever interrupts this ends all of the command.

    Args:
        order: What to run.
        stdin: A file that it reads; None for nothing.
        on_output: Called with what it prints, piece by piece.
    """
    with ExitStack() as stack:
        theirs, control = _pipe(stack)
        report, listening = _pipe(stack)
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(SUPERVISOR), str(theirs.fileno()), str(listening.fileno())],
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **order.env},
            pass_fds=(theirs.fileno(), listening.fileno()),
            start_new_session=True,  # so that the end of this process's group is not that of the supervisor
        )
        stack.callback(_leave, process)
        stack.callback(control.close)  # first of all: the supervisor then ends the command
        theirs.close()
        listening.close()
        with suppress(BrokenPipeError):
            _write(control.fileno(), order.text)
        return _listen(process, report.fileno(), on_output)


def _listen(process: subprocess.Popen[bytes], report: int, on_output: Callable[[bytes], None]) -> Ending:
    """Read all that comes until the supervisor has said its last, then what is left in the pipes."""
    said, errors = bytearray(), bytearray()
    if process.stdout is None or process.stderr is None:
        raise AssertionError("the process was started with pipes")

    def on_error(piece: bytes) -> None:
        errors.extend(piece)
        del errors[:-_MAX_STDERR]

    readers = {process.stdout.fileno(): on_output, process.stderr.fileno(): on_error, report: said.extend}
    with selectors.DefaultSelector() as selector:
        for descriptor in readers:
            os.set_blocking(descriptor, False)
            selector.register(descriptor, selectors.EVENT_READ)
        while report in selector.get_map():
            for key, _ in selector.select():
                if not _take(key.fd, readers[key.fd]):
                    selector.unregister(key.fd)
    for descriptor, take in readers.items():
        while _take(descriptor, take):
            pass
    return _understand(bytes(said), errors.decode("utf-8", "replace"))


def _take(descriptor: int, take: Callable[[bytes], Any]) -> bool:
    """Hand on what can be read now; say whether there was something."""
    try:
        piece = os.read(descriptor, _PIECE)
    except BlockingIOError:
        return False
    if piece:
        take(piece)
    return bool(piece)


def _understand(said: bytes, stderr: str) -> Ending:
    messages: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines()]
    found = {key: value for message in messages for key, value in message.items()}
    if "pid" in found and "code" not in found:  # the supervisor itself was ended
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(found["pid"], signal.SIGKILL)
    return Ending(found.get("code"), found.get("reason", ""), found.get("error", ""), stderr)


def _leave(process: subprocess.Popen[bytes]) -> None:
    """Wait for the supervisor, which ends the command first."""
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_LAST_SECONDS)


def _pipe(stack: ExitStack) -> tuple[IO[bytes], IO[bytes]]:
    """Return both ends of a pipe, as files: these can be closed twice without harm to others."""
    read, write = os.pipe()
    return (
        stack.enter_context(open(read, "rb", buffering=0)),
        stack.enter_context(open(write, "wb", buffering=0)),
    )


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]
