"""Finding and running ABC, the logic synthesis program of Berkeley.

What it is told to do is an argument, never a shell's line, and circuits are copied into a folder of their own
under a fixed name: no file name can become a command.
"""

from __future__ import annotations

import os
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from hebo.errors import ConfigError, EvaluationError, MissingExtraError

VARIABLE = "HEBO_ABC"
"""Environment variable with the path of the program."""

_ON_PATH = ("yosys-abc", "berkeley-abc", "abc")
_MAX_OUTPUT = 1 << 22
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_VERSION = re.compile(r"UC Berkeley, ABC [^\n]*\S")


def find_abc(path: str | None = None) -> Path:
    """Return the program: `path`, else what `HEBO_ABC` names, else one on PATH, else that of pyosys.

    Raises:
        ConfigError: If a path that was given is no program.
        MissingExtraError: If there is none anywhere.
    """
    for origin, given in (("abc", path), (VARIABLE, os.environ.get(VARIABLE))):
        if given:
            found = shutil.which(given)
            if found is None:
                raise ConfigError(
                    f"{origin} = {given!r} is not a program that can be run; give the path of ABC, or leave "
                    "it out and install the extra 'eda'."
                )
            return Path(found)
    for name in _ON_PATH:
        if (found := shutil.which(name)) is not None:
            return Path(found)
    package = find_spec("pyosys")
    if package is not None and package.origin is not None:
        program = Path(package.origin).parent / "yosys-abc"
        if os.access(program, os.X_OK):
            return program
    raise MissingExtraError("yosys-abc", "eda")


@dataclass(frozen=True)
class ABC:
    """The program, ready to be run.

    Attributes:
        program: Its path.
        seconds: How long one run may take.
        max_output: How many bytes it may print.
    """

    program: Path
    seconds: float = 60.0
    max_output: int = field(default=_MAX_OUTPUT, repr=False)

    @property
    def build(self) -> str:
        """The line with which this build names itself; figures of different builds differ."""
        return _build(self)

    def run(self, script: str, files: Mapping[str, bytes]) -> str:
        """Return what ABC prints.

        Args:
            script: Its commands.
            files: Name -> contents, put into the folder that it runs in.

        Raises:
            EvaluationError: If it ends by itself with an error, prints too much or takes too long; then it
                and whatever it started have been killed. A status of 0 proves nothing: check the output.
        """
        with tempfile.TemporaryDirectory(prefix="hebo-abc-") as folder:
            for name, contents in files.items():
                (Path(folder) / name).write_bytes(contents)
            arguments = [str(self.program), "-s", "-q", script]  # -s: no start-up file of the user's
            try:
                process = subprocess.Popen(
                    arguments,
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise EvaluationError(f"{self.program} does not start: {error}") from error
            with process:
                try:
                    output = self._read(process)
                    status = process.wait()
                finally:
                    _kill(process)
        text = _COLOURS.sub("", output.decode("utf-8", "replace"))
        if status:
            raise EvaluationError(f"ABC ended with status {status}{_last_lines(text)}")
        return text

    def _read(self, process: subprocess.Popen[bytes]) -> bytes:
        """Read until the program closes its output."""
        stream = process.stdout
        if stream is None:
            raise AssertionError("the process was started with a pipe")
        deadline, output = time.monotonic() + self.seconds, bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while True:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise EvaluationError(f"ABC took longer than {self.seconds:g} s; allow it more `seconds`")
                piece = _piece(stream)
                output += piece
                if not piece:
                    return bytes(output)
                if len(output) > self.max_output:
                    raise EvaluationError(f"ABC printed more than {self.max_output} bytes")


def _piece(stream: IO[bytes]) -> bytes:
    return os.read(stream.fileno(), 1 << 16)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill all that is left of a session; nothing is if the program ended as it should."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _last_lines(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines()]
    return f", after {' '.join(lines[-3:])[-300:]!r}" if lines else " and printed nothing"


@cache
def _build(abc: ABC) -> str:
    text = abc.run("version", {})
    found = _VERSION.search(text)
    if found is None:
        raise EvaluationError(f"{abc.program} does not say its version{_last_lines(text)}; give another one")
    return found.group()
