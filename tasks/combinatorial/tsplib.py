"""Reading instances of the travelling salesman problem in the format of TSPLIB 95.

Rules of Reinelt, "TSPLIB, a traveling salesman problem library", ORSA Journal on Computing 3, 1991, in the
version of 1995. Distances are whole numbers, rounded as the type says:

* `EUC_2D`: Euclidean, to the nearest, halves up;
* `CEIL_2D`: Euclidean, up;
* `ATT`: the root of a tenth of the squared distance, up (pseudo-Euclidean);
* `GEO`: kilometres on a sphere of radius 6378.388 between coordinates `degrees.minutes`, the kilometres
  plus one cut off. Degrees are cut off as well: the manual rounds them, but the published optima, and the
  list of questions and answers beside it, do not;
* `EXPLICIT`: as they are written, in one of the formats in `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hebo.errors import DataError, did_you_mean
from tasks.combinatorial.instance_files import Line, read_count, read_lines, read_numbers

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
    "NAME",
    "TYPE",
    "COMMENT",
    "DIMENSION",
    "EDGE_WEIGHT_TYPE",
    "EDGE_WEIGHT_FORMAT",
    "NODE_COORD_TYPE",
    "DISPLAY_DATA_TYPE",
    "NODE_COORD_SECTION",
    "EDGE_WEIGHT_SECTION",
    "DISPLAY_DATA_SECTION",
)
_PI = 3.141592
_RADIUS = 6378.388


@dataclass
class _Parts:
    """What a file says: keyword -> line and value, and section -> its own line and those below it."""

    path: Path
    values: dict[str, Line] = field(default_factory=dict)
    sections: dict[str, tuple[int, list[Line]]] = field(default_factory=dict)
    end: int = 0

    def value(self, keyword: str) -> Line:
        """Return the line and the value of a keyword that the file must have."""
        if keyword not in self.values:
            raise DataError(
                f"{self.path}, line {self.end}: the file ends without {keyword}; add '{keyword}: ...'."
            )
        return self.values[keyword]

    def choice(self, keyword: str, known: tuple[str, ...]) -> str:
        """Return the value of a keyword that takes one of some words."""
        line, value = self.value(keyword)
        if value not in known:
            raise DataError(
                f"{self.path}, line {line}: {keyword} is '{value}'; readable are {', '.join(known)}."
            )
        return value

    def section(self, keyword: str) -> tuple[int, list[Line]]:
        """Return a section that the file must have."""
        if keyword not in self.sections:
            raise DataError(f"{self.path}, line {self.end}: the file ends without a {keyword}; add it.")
        return self.sections[keyword]


def read_tsplib(path: Path) -> Array:
    """Return the distances of the cities in a file, `n x n` with a zero diagonal.

    Cities are in the order of the file. Pictures (`DISPLAY_DATA_SECTION`) are passed over.

    Raises:
        DataError: For a file that is missing, malformed, or of a kind that is not readable; names the line.
    """
    parts = _split(path)
    kind = parts.choice("TYPE", ("TSP", "ATSP"))
    line, text = parts.value("DIMENSION")
    n = read_count(path, line, text, least=3)
    if n > MAX_CITIES:
        raise DataError(f"{path}, line {line}: {n} cities are more than the {MAX_CITIES} that fit in memory.")
    how = parts.choice("EDGE_WEIGHT_TYPE", ("EXPLICIT", *_DISTANCES))
    distances = _explicit(parts, n, kind) if how == "EXPLICIT" else _DISTANCES[how](_coordinates(parts, n))
    np.fill_diagonal(distances, 0.0)
    return distances


def _split(path: Path) -> _Parts:
    """Sort the lines of a file into keywords and sections."""
    parts, below = _Parts(path), None
    for number, text in read_lines(path):
        parts.end = number
        stripped = text.strip()
        if stripped == "EOF":
            break
        if not stripped:
            continue
        if not stripped[0].isalpha():
            if below is None:
                raise DataError(f"{path}, line {number}: {stripped!r} stands in no section; remove it.")
            below.append((number, stripped))
            continue
        below = _read_keyword(parts, number, stripped)
    return parts


def _read_keyword(parts: _Parts, number: int, text: str) -> list[Line] | None:
    """Note a keyword; for a section, return the list that takes the lines below it."""
    keyword, _, value = (part.strip() for part in text.partition(":"))
    if keyword not in _KEYWORDS:
        raise DataError(
            f"{parts.path}, line {number}: {keyword!r} is not a keyword that can be read."
            f"{did_you_mean(keyword, _KEYWORDS)}"
        )
    if keyword != "COMMENT" and (keyword in parts.values or keyword in parts.sections):
        raise DataError(f"{parts.path}, line {number}: {keyword} appears for the second time; remove one.")
    if not keyword.endswith("_SECTION"):
        parts.values[keyword] = (number, value)
        return None
    lines: list[Line] = []
    parts.sections[keyword] = (number, lines)
    return lines


def _coordinates(parts: _Parts, n: int) -> Array:
    """Return the coordinates of the cities, `n x 2`."""
    start, lines = parts.section("NODE_COORD_SECTION")
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


def _lengths(x: Array) -> Array:
    """Return the Euclidean distances of points, `n x n`."""
    # The root of a square is exact, which `np.hypot` does not promise; rounding up would show the difference.
    lengths: Array = np.sqrt(((x[:, None] - x) ** 2).sum(axis=2))
    return lengths


def _euclidean(x: Array) -> Array:
    rounded: Array = np.floor(_lengths(x) + 0.5)
    return rounded


def _ceiling(x: Array) -> Array:
    rounded: Array = np.ceil(_lengths(x))
    return rounded


def _pseudo_euclidean(x: Array) -> Array:
    rounded: Array = np.ceil(np.sqrt(((x[:, None] - x) ** 2).sum(axis=2) / 10.0))
    return rounded


def _geographical(x: Array) -> Array:
    degrees = np.trunc(x)
    latitude, longitude = (_PI * (degrees + 5.0 * (x - degrees) / 3.0) / 180.0).T
    q1 = np.cos(longitude[:, None] - longitude)
    q2 = np.cos(latitude[:, None] - latitude)
    q3 = np.cos(latitude[:, None] + latitude)
    cosine = 0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3)
    rounded: Array = np.floor(_RADIUS * np.arccos(np.clip(cosine, -1.0, 1.0)) + 1.0)
    return rounded


_DISTANCES: dict[str, Callable[[Array], Array]] = {
    "EUC_2D": _euclidean,
    "CEIL_2D": _ceiling,
    "ATT": _pseudo_euclidean,
    "GEO": _geographical,
}
