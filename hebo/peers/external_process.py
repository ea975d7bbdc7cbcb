"""`Child`: a program that answers JSON lines on its standard input and output."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import subprocess
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

from hebo.errors import ConfigError, EvaluationError

# Read by libraries when they start: one thread per process, however many cores there are.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# What would lead another environment's interpreter to the packages of this one.
_OURS = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV")
_TAIL_BYTES = 2000


class Child:
    """Starts the program and exchanges lines with it; it ends with this object.

    Args:
        command: Program and arguments; no shell reads them.
        env: Further environment variables.
        timeout_seconds: Longest wait for one answer.

    Raises:
        ConfigError: If the program is not found.
    """

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], timeout_seconds: float) -> None:
        check_program(command)
        kept = {key: value for key, value in os.environ.items() if key not in _OURS}
        self._command, self._timeout = list(command), timeout_seconds
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the process)
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**kept, **ONE_THREAD, **env},
        )
        self._rest = b""
        self.close = weakref.finalize(self, _end, self._process, self._stderr)

    def call(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send one request and return the answer.

        Raises:
            EvaluationError: If the program ends, is too slow, reports an error, or answers with something
                other than a JSON object; the message has the end of what it wrote to standard error.
        """
        if not self.close.alive:
            raise EvaluationError(f"the external optimizer {self._command} has ended; build a new one")
        line = json.dumps(request).encode() + b"\n"
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._problem(request, "ended") from None
        return self._answer(request, self._read_line(request))

    def _answer(self, request: Mapping[str, Any], line: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            text = line[:200].decode(errors="replace").rstrip()
            raise self._problem(request, f"answered {text!r}, which is no JSON object on one line")
        if "error" in answer:
            raise self._problem(request, f"reports: {answer['error']}")
        return answer

    def _read_line(self, request: Mapping[str, Any]) -> bytes:
        assert self._process.stdout is not None
        output = self._process.stdout.fileno()
        deadline = time.monotonic() + self._timeout
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise self._problem(request, f"gave no answer in {self._timeout:g} s")
                chunk = os.read(output, 65536)
                if not chunk:
                    raise self._problem(request, "ended")
                self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _problem(self, request: Mapping[str, Any], what: str) -> EvaluationError:
        """Return the error for a failed exchange, and end the program."""
        code = self._process.poll()
        ending = "" if code is None else f" (exit code {code})"
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.2)
        self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, self._stderr.tell() - _TAIL_BYTES))
        tail = self._stderr.read().decode(errors="replace").strip() or "nothing"
        self.close()
        return EvaluationError(
            f"the external optimizer {self._command} {what}{ending} at op '{request.get('op')}'; "
            f"the end of its standard error: {tail}"
        )


def check_program(command: Sequence[str]) -> None:
    """Refuse a program that is not there.

    Raises:
        ConfigError: If the first word of the command is no executable file, here or on the path.
    """
    if shutil.which(command[0]) is None:
        raise ConfigError(
            f"the external optimizer's program '{command[0]}' is not found from {os.getcwd()}; "
            "make its environment first, or correct the first entry of `command`"
        )


def _end(process: subprocess.Popen[bytes], stderr: Any) -> None:
    """Close the pipes, which a well-behaved program takes as the end; kill it where it does not."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    try:
        process.wait(1.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    stderr.close()
