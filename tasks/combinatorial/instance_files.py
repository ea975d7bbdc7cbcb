"""What readers of instance files share: lines, numbers, and the check of a claimed optimum."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from hebo.errors import ConfigError, DataError

Array = NDArray[np.float64]
Line = tuple[int, str]
"""The number of a line, counted from 1, and its text."""

T = TypeVar("T")

# Python's `float` also takes `nan`, `inf` and `1_000`, none of which belongs into an instance.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, eq=False)
class Contents(Generic[T]):
    """What a task has read from a file.

    It equals itself alone, so that tasks are compared by their settings: arrays have no single truth value.
    """

    value: T


def read_lines(path: Path) -> list[Line]:
    """Return the lines of a text file.

    Raises:
        DataError: If there is no such file, or it is not text.
    """
    if not path.is_file():
        raise DataError(f"There is no file {str(path)!r} (seen from {str(Path.cwd())!r}); correct the path.")
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors of Windows begin files with a mark
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file ({error}); unpack or convert it.") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}).") from error
    return list(enumerate(text.splitlines(), start=1))


def read_numbers(path: Path, lines: Iterable[Line]) -> tuple[Array, NDArray[np.int64]]:
    """Return all numbers in `lines`, separated by blanks, and the line that each stands in.

    Raises:
        DataError: If something else than a finite number stands there; names the line.
    """
    words = [(number, word) for number, text in lines for word in text.split()]
    values = [read_number(path, number, word) for number, word in words]
    return np.array(values, dtype=np.float64), np.array([number for number, _ in words], dtype=np.int64)


def read_number(path: Path, line: int, word: str) -> float:
    """Return one number.

    Raises:
        DataError: If `word` is not a finite number; names the line.
    """
    if not _NUMBER.fullmatch(word) or not math.isfinite(float(word)):
        raise DataError(f"{path}, line {line}: expected a finite number, got {word!r}; correct it.")
    return float(word)


def read_count(path: Path, line: int, word: str, *, least: int) -> int:
    """Return one whole number of at least `least`.

    Raises:
        DataError: If `word` is not such a number; names the line.
    """
    if not _WHOLE_NUMBER.fullmatch(word) or int(word) < least:
        raise DataError(
            f"{path}, line {line}: expected a whole number of at least {least}, got {word!r}; correct it."
        )
    return int(word)


def check_known_optimum(values: Array, known_optimum: float | None, path: str) -> None:
    """Refuse a claimed optimum that a value lies below.

    Raises:
        ConfigError: If one does; float noise of one part in 1e9 is forgiven.
    """
    if known_optimum is None or not len(values):
        return
    least = float(values.min())
    if least < known_optimum - 1e-9 * max(1.0, abs(known_optimum)):
        raise ConfigError(
            f"known_optimum={known_optimum:g} of '{path}' is not its optimum: a point has the value "
            f"{least:g}; correct it or leave it out."
        )
