"""Reading instances of the travelling salesman problem in the format of TSPLIB 95.

Rules of Reinelt, "TSPLIB, a traveling salesman problem library", ORSA Journal on Computing 3, 1991, in the
version of 1995. Distances are computed from coordinates, see `tasks.combinatorial.tsplib_distances`, or
written in the file (`EXPLICIT`), in one of the formats in `FORMATS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hebo.errors import DataError, did_you_mean
from tasks.combinatorial.instance_files import Line, read_count, read_lines, read_numbers
from tasks.combinatorial.tsplib_distances import DISTANCES

Array = NDArray[np.float64]
Indices = tuple[NDArray[np.intp], NDArray[np.intp]]

MAX_CITIES = 5000
"""Most cities whose distances are kept in memory, 200 MB of them."""

FORMATS: dict[str, Callable[[int], Indices]] = {
    "FULL_MATRIX": lambda n: (np.indices((n, n))[0].ravel(), np.indices((n, n))[1].ravel()),
    "UPPER_ROW": lambda n: np.triu_indices(n, 1),
    "UPPER_DIAG_ROW": lambda n: np.triu_indices(n),
    "LOWER_ROW": lambda n: np.tril_indices(n, -1),
    "LOWER_DIAG_ROW": lambda n: np.tril_indices(n),
}
"""The formats of explicit distances: which entries of the matrix are written, row by row."""

_KEYWORDS = (
    *("NAME", "TYPE", "COMMENT", "DIMENSION", "EDGE_WEIGHT_TYPE", "EDGE_WEIGHT_FORMAT"),
    *("NODE_COORD_TYPE", "DISPLAY_DATA_TYPE", "EDGE_DATA_FORMAT"),
)
_SECTIONS = ("NODE_COORD_SECTION", "EDGE_WEIGHT_SECTION")
_IDLE_SECTIONS = ("DISPLAY_DATA_SECTION", "TOUR_SECTION")
"""Pictures and known tours, which are passed over."""

_KEYWORD = re.compile(r"([A-Za-z]\w*)\s*(?:(:)|\b)(.*)")


@dataclass(frozen=True, eq=False)
class Instance:
    """What a file holds.

    Attributes:
        distances: Of the cities, `n x n` with a zero diagonal.
        notes: What was passed over.
    """

    distances: Array
    notes: tuple[str, ...]


@dataclass
class _Parts:
    """What a file says: keyword -> line and value, and section -> its own line and those below it."""

    path: Path
    values: dict[str, Line] = field(default_factory=dict)
    sections: dict[str, tuple[int, list[Line]]] = field(default_factory=dict)
    unknown: dict[str, tuple[int, list[Line]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    end: int = 0

    def note(self, line: int, text: str) -> None:
        """Keep what the user of the file should know."""
        self.notes.append(f"{self.path}, line {line}: {text}")

    def value(self, keyword: str) -> Line:
        """Return the line and the first word of a keyword that the file must have."""
        if keyword not in self.values:
            raise DataError(
                f"{self.path}, line {self.end}: the file ends without {keyword}; add '{keyword}: ...'."
                f"{self._unknown()}"
            )
        line, value = self.values[keyword]
        word, *rest = value.split() or [""]
        if rest:
            self.note(line, f"{keyword} is '{word}'; '{' '.join(rest)}' behind it is passed over")
        return line, word

    def choice(self, keyword: str, known: tuple[str, ...]) -> str:
        """Return the value of a keyword that takes one of some words, in either case."""
        line, value = self.value(keyword)
        if value.upper() not in known:
            raise DataError(
                f"{self.path}, line {line}: {keyword} is '{value}'; readable are {', '.join(known)}."
            )
        return value.upper()

    def section(self, keyword: str) -> tuple[int, list[Line]]:
        """Return a section that the file must have."""
        if keyword not in self.sections:
            raise DataError(
                f"{self.path}, line {self.end}: the file ends without a {keyword}; add it.{self._unknown()}"
            )
        return self.sections[keyword]

    def _unknown(self) -> str:
        """Return the words that may have been meant for what is missing."""
        words = [f"'{word}' in line {line}" for word, (line, _) in self.unknown.items()]
        return f" (Not known: {', '.join(words)}.)" if words else ""


def read_tsplib(path: Path) -> Instance:
    """Return what a file holds; its cities are in the order of the file.

    Keywords may be in either case, with or without a colon. Those that are not known are noted and passed
    over, like pictures (`DISPLAY_DATA_SECTION`) and tours. `EOF` may be missing.

    Raises:
        DataError: For a file that is missing, malformed, or of a kind that is not readable; names the line.
    """
    parts = _split(path)
    kind = parts.choice("TYPE", ("TSP", "ATSP"))
    line, text = parts.value("DIMENSION")
    n = read_count(path, line, text, least=3)
    if n > MAX_CITIES:
        raise DataError(f"{path}, line {line}: {n} cities are more than the {MAX_CITIES} that fit in memory.")
    how = parts.choice("EDGE_WEIGHT_TYPE", ("EXPLICIT", *DISTANCES))
    distances = _explicit(parts, n, kind) if how == "EXPLICIT" else DISTANCES[how](_coordinates(parts, n))
    np.fill_diagonal(distances, 0.0)
    return Instance(distances, tuple(parts.notes))


def _split(path: Path) -> _Parts:
    """Sort the lines of a file into keywords and sections."""
    parts, below = _Parts(path), None
    for number, text in read_lines(path):
        parts.end = number
        stripped = text.strip()
        if stripped.upper().rstrip(": ") == "EOF":
            break
        if not stripped:
            continue
        if stripped[0].isalpha():
            below = _read_keyword(parts, number, stripped)
        elif below is None:
            raise DataError(f"{path}, line {number}: {stripped!r} stands in no section; remove it.")
        else:
            below.append((number, stripped))
    _check_unknown(parts)
    return parts


def _read_keyword(parts: _Parts, number: int, text: str) -> list[Line] | None:
    """Note a keyword; for a section, return the list that takes the lines below it."""
    keyword, value = _keyword(text)
    if keyword in (*_SECTIONS, *_IDLE_SECTIONS):
        lines: list[Line] = [(number, value)] if value else []
        _check_first(parts, number, keyword, parts.sections)
        parts.sections[keyword] = (number, lines)
        return lines
    if keyword in _KEYWORDS:
        if keyword != "COMMENT":
            _check_first(parts, number, keyword, parts.values)
        parts.values[keyword] = (number, value)
        return None
    rows: list[Line] = []
    parts.unknown.setdefault(text.partition(":")[0].strip(), (number, rows))
    return rows


def _keyword(text: str) -> tuple[str, str]:
    """Return keyword and value of a line; a line without a colon is a keyword and a word, or a text."""
    found = _KEYWORD.match(text)
    if found is None or (not found[2] and len(text.split()) > 2 and found[1].upper() != "COMMENT"):
        return "", ""
    return found[1].upper(), found[3].strip()


def _check_first(parts: _Parts, number: int, keyword: str, seen: Container[str]) -> None:
    if keyword in seen:
        raise DataError(f"{parts.path}, line {number}: {keyword} appears for the second time; remove one.")


def _check_unknown(parts: _Parts) -> None:
    """Note keywords that are not known, and refuse sections: what stands in them may change the problem."""
    for word, (line, rows) in parts.unknown.items():
        if rows or word.upper().endswith("_SECTION"):
            raise DataError(
                f"{parts.path}, line {line}: {word!r} is not a keyword of a section that can be read."
                f"{did_you_mean(word.upper(), (*_SECTIONS, *_IDLE_SECTIONS))}"
            )
        parts.note(line, f"{word!r} is not known, and passed over")


def _coordinates(parts: _Parts, n: int) -> Array:
    """Return the coordinates of the cities, `n x 2`."""
    start, lines = parts.section("NODE_COORD_SECTION")
    if lines and lines[-1][1] == "-1":  # ends sections of other kinds
        lines = lines[:-1]
    if len(lines) != n:
        raise DataError(
            f"{parts.path}, line {start}: {len(lines)} lines of coordinates follow, but DIMENSION is {n}."
        )
    rows, first_seen = [], dict[float, int]()
    for number, text in lines:
        values, _ = read_numbers(parts.path, [(number, text)])
        if len(values) != 3:
            raise DataError(
                f"{parts.path}, line {number}: expected a city's number and two coordinates, got {text!r}."
            )
        earlier = first_seen.setdefault(float(values[0]), number)
        if earlier != number:
            raise DataError(
                f"{parts.path}, line {number}: city {values[0]:g} was given in line {earlier} before; "
                "renumber it."
            )
        rows.append(values[1:])
    return np.array(rows)


def _explicit(parts: _Parts, n: int, kind: str) -> Array:
    """Return the distances that are written in the file."""
    how = parts.choice("EDGE_WEIGHT_FORMAT", tuple(FORMATS))
    start, lines = parts.section("EDGE_WEIGHT_SECTION")
    numbers, where = read_numbers(parts.path, lines)
    row, column = FORMATS[how](n)
    if len(numbers) != len(row):
        raise DataError(
            f"{parts.path}, line {start}: {len(numbers)} distances follow, but {how} of {n} cities has "
            f"{len(row)}."
        )
    distances = np.zeros((n, n))
    distances[row, column] = numbers
    if how != "FULL_MATRIX":
        distances[column, row] = numbers
    elif kind == "TSP" and (distances != distances.T).any():
        i, j = np.argwhere(np.tril(distances != distances.T))[0]
        raise DataError(
            f"{parts.path}, line {where[i * n + j]}: the distance from city {i + 1} to city {j + 1} is "
            f"{distances[i, j]:g}, the way back {distances[j, i]:g}; correct it, or write 'TYPE: ATSP'."
        )
    return distances
