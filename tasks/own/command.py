"""A program as objective."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from hebo.errors import ConfigError, EvaluationError, EvaluationOutOfMemory, EvaluationTimeout
from hebo.objective.answers import measured_in
from tasks.own.base import OwnTask, Point
from tasks.own.child import Ending, Order, run
from tasks.own.results import Printed, ResultSource
from tasks.own.words import WORDS_SCHEMA, Word, check_words, filled, placeholders, read_words

PYTHON = "python"
"""The first word of a command that stands for the interpreter that runs `hebo`."""

FOLDER, SEED = "folder", "seed"

_N_LINES, _MAX_TAIL, _MAX_TITLE = 5, 300, 80
_NO_MEMORY = re.compile(r"\bMemoryError\b|out of memory|cannot allocate memory", re.IGNORECASE)


class Command(OwnTask):
    """A program that is started for each point, without a shell.

    What it has started is ended with it, whatever ends it: its own end, a limit, or the end of `hebo run`.
    An exit code other than 0, a signal, or a missing result make a failed trial, whose message has the last
    lines of its standard error.

    Args:
        argv: Program and arguments. `{name}` stands for the value of a parameter, `{seed}` for the seed of
            the evaluation, `{folder}` for an empty folder of this trial alone; `{{` and `}}` are braces. A
            list among the words is left out where a parameter in it has no value. `python` as first word is
            the interpreter that runs `hebo`.
        stdin: `json`: the program reads all parameters, as a JSON object on one line, from standard input;
            null for those without a value.
        cwd: The folder it runs in; in a YAML the path starts from the folder of that YAML, which is the
            default.
        env: Environment variables beside those of `hebo run`.
        seconds: After which it is ended, and the trial counts as timed out.
        memory_mb: Resident memory, of all its processes together, at which it is ended; the trial counts as
            out of memory.
        result: Where the values are.

    Of what it prints, JSON lines with a `step` are intermediate values, and kept as information.
    """

    example: ClassVar[dict[str, Any]] = {
        "argv": ["python", "train.py", "--lr", "{lr}"],
        "space": [{"name": "lr", "type": "pow", "lb": 1.0e-5, "ub": 0.1}],
        "objectives": [{"name": "loss", "goal": "minimize"}],
    }

    paths: ClassVar[tuple[str, ...]] = ("cwd",)

    argv: Annotated[
        tuple[Word, ...], Field(min_length=1), BeforeValidator(read_words), WithJsonSchema(WORDS_SCHEMA)
    ]
    stdin: Literal["json"] | None = None
    cwd: Annotated[str, Field(min_length=1)] = "."
    env: dict[str, str] = Field(default_factory=dict)
    seconds: Annotated[float, Field(gt=0)] | None = None
    memory_mb: Annotated[float, Field(gt=0)] | None = None
    result: ResultSource = ResultSource()

    @model_validator(mode="after")
    def _check_words(self) -> Command:
        check_words(
            self.argv,
            parameters=self.parameter_names,
            special=(SEED, FOLDER),
            conditional=[str(one.get("name")) for one in self.space_list if one.get("active_if")],
            is_complete=self.stdin is None,
        )
        if self.result.source == "file" and not self._uses_folder:
            raise ConfigError(
                'result: the file is looked for in the folder of the trial; add "{folder}" to `argv`'
            )
        self.result.check(self.outcomes)
        return self

    @property
    def name(self) -> str:
        """The words without placeholders, as in a shell."""
        return shlex.join(one for one in self.argv if isinstance(one, str) and not placeholders(one))

    def require(self) -> None:
        """Check that the program is there; it is not started.

        Raises:
            ConfigError: If the folder, the program, or the script of a Python program is missing.
        """
        if not Path(self.cwd).is_dir():
            raise ConfigError(f"cwd: there is no folder '{self.cwd}'; make it, or correct `cwd`.")
        first, second = (*self.argv, "")[:2]
        if isinstance(first, str) and not placeholders(first) and self._program(first) is None:
            raise ConfigError(
                f"argv: there is no program '{first}' that can be run, seen from '{self.cwd}'; install it, "
                "make it executable, or correct the first word."
            )
        if first == PYTHON and isinstance(second, str) and second.endswith(".py") and "{" not in second:
            self._check_script(Path(self.cwd) / second)

    def _check_script(self, file: Path) -> None:
        if not file.is_file():
            raise ConfigError(f"argv: there is no file '{file}'; correct it, or `cwd`.")

    def _program(self, word: str) -> str | None:
        if word == PYTHON:
            return sys.executable
        path = self.env.get("PATH", os.environ.get("PATH"))
        return shutil.which(str(Path(self.cwd) / word) if os.sep in word else word, path=path)

    @property
    def _title(self) -> str:
        """The name for messages, which have more to say than that."""
        return f"`{self.name[:_MAX_TITLE]}{'...' * (len(self.name) > _MAX_TITLE)}`"

    @property
    def _uses_folder(self) -> bool:
        texts = [text for word in self.argv for text in ([word] if isinstance(word, str) else word)]
        return any(FOLDER in placeholders(text) for text in texts) and FOLDER not in self.parameter_names

    def _measure(self, point: Point, seed: int) -> Mapping[str, Any]:
        printed = Printed(self.outcomes)
        with printed.curve.kept_on_failure(), self._folder() as folder, self._input(point) as stdin:
            order = self._order({SEED: seed, FOLDER: str(folder), **point})
            ending = run(order, stdin=stdin, on_output=printed.feed)
            printed.end()
            self._check(ending, printed)
            try:
                result = self.result.read(printed, folder, self.outcomes)
            except EvaluationError as error:
                raise EvaluationError(
                    f"{self._title} {error}{_tail(ending.stderr, printed.text, is_output_first=True)}"
                ) from None
            return printed.curve.added_to(measured_in(result, self.outcomes, f"{self._title} gave"))

    def _order(self, values: Mapping[str, Any]) -> Order:
        first, *rest = filled(self.argv, values)
        return Order(
            argv=[sys.executable if first == PYTHON else first, *rest],
            cwd=os.path.abspath(self.cwd),
            env=self.env,
            seconds=self.seconds,
            memory_mb=self.memory_mb,
        )

    def _check(self, ending: Ending, printed: Printed) -> None:
        """Raise what a bad end means."""
        stderr = ending.stderr
        who, tail = self._title, _tail(stderr, printed.text)
        if ending.error:
            raise EvaluationError(f"{who} did not start: {ending.error}")
        if ending.reason == "seconds":
            raise EvaluationTimeout(f"{who} was not finished within {self.seconds:g} s (seconds){tail}")
        if ending.reason == "memory":
            raise EvaluationOutOfMemory(f"{who} held more than {self.memory_mb:g} MB (memory_mb){tail}")
        if ending.code is None:
            raise EvaluationError(f"{who} was ended together with its supervisor{tail}")
        if ending.code:
            text = f"{who} {_end_of(ending.code)}{tail}"
            raise EvaluationOutOfMemory(text) if _NO_MEMORY.search(stderr) else EvaluationError(text)

    @contextmanager
    def _folder(self) -> Iterator[Path | None]:
        """Make a folder for the trial, if the program is told of one."""
        if not self._uses_folder:
            yield None
            return
        with tempfile.TemporaryDirectory(prefix="hebo-trial-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    @contextmanager
    def _input(self, point: Point) -> Iterator[IO[bytes] | None]:
        """Write what the program reads into a file: a pipe would wait for a program that does not read."""
        if self.stdin is None:
            yield None
            return
        with tempfile.TemporaryFile() as file:
            file.write(json.dumps(dict(point)).encode() + b"\n")
            file.seek(0)
            yield file


def _end_of(code: int) -> str:
    """Return how a program ended, in words."""
    if code > 0:
        return f"ended with the exit code {code}"
    known = {one.value: one.name for one in signal.Signals}
    hint = ", as the system does where memory is short" if -code == signal.SIGKILL else ""
    return f"was killed by {known.get(-code, f'signal {-code}')}{hint}"


def _tail(stderr: str, output: str, *, is_output_first: bool = False) -> str:
    """Return the last lines of standard error, or else of the output, to be added to a message."""
    texts = [("standard error", stderr), ("output", output)]
    for name, text in reversed(texts) if is_output_first else texts:
        lines = [line.strip() for line in text[-4 * _MAX_TAIL :].splitlines() if line.strip()]
        if lines:
            return f"; the end of its {name}: {' | '.join(lines[-_N_LINES:])[-_MAX_TAIL:]}"
    return "; it wrote nothing"
