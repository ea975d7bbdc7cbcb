"""Where the result of a command is: a JSON line it prints, a JSON file it writes, or a text that matches."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePath
from typing import Any, Literal

from pydantic import Field, model_validator

from hebo.errors import ConfigError, EvaluationError
from hebo.objective.answers import expected
from hebo.objective.curve import STEP, Curve
from hebo.outcomes import Outcomes
from hebo.recipe import Recipe

MAX_KEPT = 1 << 20
"""Bytes of an output that are kept, the last ones, and of a file of results."""

_MAX_MATCHED = 1 << 16
_MAX_NUMBERS = 20
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE)


class ResultSource(Recipe):
    """Where the values are when a command has ended.

    Args:
        from: `stdout`: the last line printed that is a JSON object with the values, or a number alone where
            there is one objective. `file`: a JSON file of the same content. `regex`: what `pattern` matches
            in the last 64 KiB printed.
        path: Of the file, inside the folder that `{folder}` in `argv` stands for.
        pattern: A regular expression with a group for each value, `loss=(?P<loss>[0-9.e+-]+)`, or with one
            group where there is one objective; the last match counts.
    """

    source: Literal["stdout", "file", "regex"] = Field(default="stdout", alias="from")
    path: str | None = Field(default=None, min_length=1)
    pattern: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _check(self) -> ResultSource:
        for key, source in (("path", "file"), ("pattern", "regex")):
            is_given = getattr(self, key) is not None
            if is_given and self.source != source:
                raise ConfigError(
                    f"`{key}` is of `from: {source}`, and this is `from: {self.source}`; drop it"
                )
            if not is_given and self.source == source:
                example = "result.json" if source == "file" else "'loss=([0-9.e+-]+)'"
                raise ConfigError(f"`from: {source}` needs `{key}`; add `{key}: {example}`")
        if self.path is not None and (PurePath(self.path).is_absolute() or ".." in PurePath(self.path).parts):
            raise ConfigError(f"path: '{self.path}' leaves the folder of the trial; name a file inside it")
        return self

    def check(self, outcomes: Outcomes) -> None:
        """Refuse a pattern that does not have what is measured.

        Raises:
            ConfigError: If it is no regular expression, or its groups are others.
        """
        if self.pattern is None:
            return
        try:
            pattern = re.compile(self.pattern)
        except re.error as error:
            raise ConfigError(
                f"pattern: {self.pattern!r} is no regular expression ({error}); correct it"
            ) from None
        if not pattern.groupindex and pattern.groups == 1 and len(outcomes.names) == 1:
            return
        for name in outcomes.names:
            if name not in pattern.groupindex:
                raise ConfigError(
                    f"pattern: {self.pattern!r} has no group for '{name}'; write (?P<{name}>[0-9.e+-]+)"
                    if name.isidentifier()
                    else f"pattern: no group can be called '{name}'; print JSON, or rename what is measured"
                )

    def read(self, printed: Printed, folder: Path | None, outcomes: Outcomes) -> Any:
        """Return a number, or a mapping of values, of a command that has ended well.

        Raises:
            EvaluationError: If there is no result.
        """
        if self.path is not None and folder is not None:
            return _read_file(folder / self.path, self.path)
        if self.pattern is not None:
            return _matched(re.compile(self.pattern), printed.text[-_MAX_MATCHED:])
        if printed.result is None:
            steps = " that has no `step`, which marks intermediate values" if printed.curve.rows else ""
            raise EvaluationError(
                f"printed no JSON line with the result{steps}; expected {expected(outcomes)} as the last line"
            )
        return printed.result


class Printed:
    """What a command prints, as it comes: the end of it, the last JSON line, and intermediate values.

    Args:
        outcomes: What is measured: a line may be a number alone if that is one value, and `step` marks an
            intermediate value unless it is measured.
    """

    def __init__(self, outcomes: Outcomes) -> None:
        self.curve = Curve()
        self.result: Any = None
        self._is_one, self._has_steps = len(outcomes.names) == 1, STEP not in outcomes.names
        self._tail, self._line = bytearray(), bytearray()

    @property
    def text(self) -> str:
        """The end of what was printed."""
        return self._tail.decode("utf-8", "replace")

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._tail += piece
        del self._tail[:-MAX_KEPT]
        *lines, rest = (self._line + piece).split(b"\n")
        for line in lines:
            self._read(bytes(line[-MAX_KEPT:]))
        self._line = rest[-MAX_KEPT:]

    def end(self) -> None:
        """Take a last line without an end."""
        self._read(bytes(self._line))
        self._line = bytearray()

    def _read(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").strip()
        if self._is_one and _NUMBER.fullmatch(text):
            self.result = float(text)
        elif text.startswith("{") and (found := _mapping(text)) is not None:
            if self._has_steps and STEP in found:
                self.curve.add(dict([pair for pair in found.items() if _is_number(pair[1])][:_MAX_NUMBERS]))
            else:
                self.result = found


def _mapping(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _matched(pattern: re.Pattern[str], text: str) -> Any:
    """Return the last text of each group as a number."""
    found: dict[str, str] = {}
    for match in pattern.finditer(text):
        groups = match.groupdict() or {"": match.group(1)}
        found |= {name: one for name, one in groups.items() if one is not None}
    if not found:
        raise EvaluationError(f"printed nothing that {pattern.pattern!r} matches")
    values = {name: _as_number(one) for name, one in found.items()}
    return values.get("", values)  # the only group, which has no name


def _as_number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text  # refused with the name of what it was to be


def _read_file(file: Path, name: str) -> Any:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_KEPT + 1)
    except OSError as error:
        raise EvaluationError(
            f"wrote no '{name}' into its folder ({error.strerror}); write it to {{folder}}/{name}"
        ) from None
    if len(content) > MAX_KEPT:
        raise EvaluationError(f"wrote more than {MAX_KEPT} bytes to '{name}'; write the result alone")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise EvaluationError(f"wrote no JSON to '{name}': {error}") from None
