"""CSV files, read strictly: what cannot be told for certain is an error with file, line and column.

Cells may be quoted, and only as a whole: `"a, b"`, `"5"" pipe"`, a line break between quotes. A quote
elsewhere, one that is never closed or that swallows whole rows, and rows that are longer or shorter than the
first line are refused: a lenient reader loses rows there without a word.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

from hebo.errors import DataError

MAX_BYTES = 2**28
"""Most bytes that a file may hold or unpack to."""

SEPARATORS = (",", ";", "\t")
_HINT = re.compile(r'"?sep=(.)"?$', re.IGNORECASE)
"""A first line by which spreadsheets are told the separator."""

_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+", re.ASCII)
_BLANKS = re.compile(" *")
_ELSEWHERE = {b"PK\x03\x04": "a workbook", b"\xff\xfe": "text in UTF-16", b"\xfe\xff": "text in UTF-16"}


@dataclass(frozen=True)
class RawTable:
    """The cells of a file as texts, as they stand there.

    Attributes:
        path: The file.
        names: Of the columns, without spaces around them; empty where one has none.
        lines: Where each row starts in the file.
        rows: As many cells per row as there are names.
        decimal_comma: Whether `0,5` is a number: where commas separate neither cells nor thousands.
    """

    path: Path
    names: list[str]
    lines: list[int]
    rows: list[list[str]]
    decimal_comma: bool = False


def read_csv(path: Path, *, wanted: Collection[str] = ()) -> RawTable:
    """Read a CSV file in UTF-8; rows without a text are left out.

    Args:
        path: With commas, semicolons or tabs: the separator that gives the first line most of the wanted
            names, then most names at all.
        wanted: Names that are looked for.

    Raises:
        DataError: With the line and column of what cannot be read.
    """
    lines = _decode(path).split("\n")
    first, hint = 0, _HINT.match(lines[0])
    if hint is not None:
        first = 1
    while first < len(lines) and not lines[first].strip():
        first += 1
    if first == len(lines):
        raise DataError(f"{path}: the file is empty; expected a row of names and one per point.")
    separator = hint[1] if hint is not None else _separator(path, lines, first, wanted)
    return _table(_Scanner(path, lines, separator), first)


_OPENERS: dict[str, Callable[..., IO[Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
"""How packed files are opened, by their suffix."""


def _decode(path: Path) -> str:
    """Return the text of a file with line ends of one kind."""
    try:
        with _OPENERS.get(path.suffix.lower(), open)(path, "rb") as file:
            raw: bytes = file.read(MAX_BYTES + 1)
    except (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read ({reason}); give the path of a CSV file in UTF-8.") from error
    if len(raw) > MAX_BYTES:
        raise DataError(f"{path}: it holds more than {MAX_BYTES} bytes; keep the rows that are needed.")
    for start, what in _ELSEWHERE.items():
        if raw.startswith(start):
            raise DataError(f"{path} cannot be read: it is {what}, no CSV file in UTF-8; save it as one.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, character = _position(raw[: error.start].decode("utf-8-sig", errors="replace"))
        raise DataError(
            f"{path}, line {line}, character {character}: the byte 0x{raw[error.start]:02X} is not UTF-8; "
            "save the file as CSV in UTF-8."
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        line, character = _position(text[: text.index("\0")])
        raise DataError(f"{path}, line {line}, character {character}: a NUL character; delete it.")
    return text


def _position(before: str) -> tuple[int, int]:
    """Return line and character of what follows a text, counted from 1."""
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1]) + 1


def _separator(path: Path, lines: Sequence[str], first: int, wanted: Collection[str]) -> str:
    best, score, problem = None, (-1, -1), None
    for one in SEPARATORS:
        try:
            names = [name.strip() for name in _Scanner(path, lines, one).record(first)[0]]
        except DataError as error:
            problem = problem or error
            continue
        found = (sum(name in names for name in wanted), len(names))
        if found > score:
            best, score = one, found
    if best is None:
        raise problem or AssertionError("a first line is read or refused")
    return best


def _table(scanner: _Scanner, first: int) -> RawTable:
    header, start = scanner.record(first)
    names = [name.strip() for name in header]
    scanner.names = names
    lines, rows = [], []
    for line, cells in scanner.records(start):
        lines.append(line)
        rows.append(cells)
    # Spreadsheets write columns that were once touched: without a name and without a cell.
    while names and not names[-1] and not any(row[len(names) - 1].strip() for row in rows):
        names.pop()
    rows = [row[: len(names)] for row in rows]
    # Between tabs `1,125` may be a thousand and more as well: such a file has numbers with points alone.
    is_comma = scanner.separator != "," and not (
        scanner.separator == "\t" and any(_THOUSANDS.fullmatch(one.strip()) for row in rows for one in row)
    )
    return RawTable(scanner.path, names, lines, rows, decimal_comma=is_comma)


class _Scanner:
    """Takes lines apart into records.

    Attributes:
        names: Of the columns, once they are known.
    """

    def __init__(self, path: Path, lines: Sequence[str], separator: str) -> None:
        self.path, self.lines, self.separator = path, lines, separator
        self.names: list[str] = []
        self._spanning = (0, 0)  # line and column of the latest cell over several lines

    def records(self, start: int) -> Iterator[tuple[int, list[str]]]:
        """Yield the records from a line on, with the number of the line where each starts."""
        number = start
        while number < len(self.lines):
            begin = number
            cells, number = self.record(number)
            if any(one.strip() for one in cells):
                self._check_swallowed(begin, number)
                yield begin + 1, self._fitted(begin + 1, cells)

    def record(self, number: int) -> tuple[list[str], int]:
        """Return the cells of the record that starts in a line, and the line after it."""
        text = self.lines[number]
        if '"' not in text:
            return text.split(self.separator), number + 1
        cells: list[str] = []
        at = 0
        while True:
            begin = _BLANKS.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
            if text.startswith('"', begin):
                cell, number, at = self._quoted(number, begin, len(cells))
                text = self.lines[number]
            else:
                end = text.find(self.separator, at)
                end = len(text) if end < 0 else end
                cell = text[at:end]
                if '"' in cell:
                    self._refuse(
                        number,
                        len(cells),
                        f"a quote inside {cell.strip()!r}; put quotes around the whole cell and double those "
                        "inside, or delete it",
                    )
                at = end
            cells.append(cell)
            if at >= len(text):
                return cells, number + 1
            at += 1

    def _quoted(self, number: int, begin: int, place: int) -> tuple[str, int, int]:
        """Return a quoted cell, the line where it ends, and where in that line it is over."""
        opened, at, parts = number, begin + 1, []
        text = self.lines[number]
        while True:
            close = text.find('"', at)
            if close < 0:
                parts.append(text[at:] + "\n")
                number += 1
                if number == len(self.lines):
                    self._refuse(opened, place, "a quote opens here and is never closed; close or delete it")
                text, at = self.lines[number], 0
                continue
            parts.append(text[at:close])
            at = close + 1
            if not text.startswith('"', at):
                break
            parts.append('"')
            at += 1
        over = _BLANKS.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        if over < len(text) and text[over] != self.separator:
            where = f" in line {number + 1}" if number > opened else ""
            self._refuse(
                opened,
                place,
                f"a quote opens here and closes{where} before {text[over : over + 20]!r}; close it at the "
                "end of the cell, or delete it",
            )
        if number > opened:
            self._spanning = (opened, place)
        return "".join(parts), number, over

    def _check_swallowed(self, begin: int, end: int) -> None:
        """Refuse a cell over several lines each of which is a row by itself."""
        full = len(self.names) - 1
        if end - begin < 2 or not full:
            return
        if all(self.lines[line].count(self.separator) >= full for line in range(begin, end)):
            self._refuse(
                *self._spanning,
                f"a quote opens here and swallows the rows up to line {end}; close or delete it",
            )

    def _fitted(self, line: int, cells: list[str]) -> list[str]:
        n = len(self.names)
        if any(one.strip() for one in cells[n:]):
            raise DataError(
                f"{self.path}, line {line}: {len(cells)} cells under {n} names; put texts with the "
                "separator in them in quotes."
            )
        if len(cells) < n:
            raise DataError(
                f"{self.path}, line {line}: {len(cells)} cells under {n} names, none for column "
                f"'{self.names[len(cells)]}'; add the separators that are missing."
            )
        return cells[:n]

    def _refuse(self, number: int, place: int, what: str) -> NoReturn:
        name = f"'{self.names[place]}'" if place < len(self.names) else str(place + 1)
        raise DataError(f"{self.path}, line {number + 1}, column {name}: {what}.")
