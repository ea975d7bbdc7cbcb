"""Workbooks (`.xlsx`) as tables of texts, where openpyxl is installed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import BadZipFile, ZipFile

from hebo.design_space.spreadsheets.csv_text import MAX_BYTES, RawTable
from hebo.errors import ConfigError, DataError

TITLE = "points"
"""Name of the worksheet that is written, and read where a workbook has several."""


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Characters that no workbook can hold."""

_NO_WORKBOOK = (".xls", ".xlsb", ".ods", ".numbers")


def is_workbook(path: Path) -> bool:
    """Say whether a file is named as a workbook.

    Raises:
        DataError: If it is named as one of a format that is not read.
    """
    suffix = path.suffix.lower()
    if suffix in _NO_WORKBOOK:
        raise DataError(f"{path}: {suffix} files are not supported; save it as .xlsx, or as CSV in UTF-8.")
    return suffix == ".xlsx"


def check_workbooks(path: Path) -> None:
    """Refuse a workbook where nothing can read or write one.

    Raises:
        ConfigError: If openpyxl is not installed.
    """
    _openpyxl(path)


def read_workbook(path: Path) -> RawTable:
    """Return the cells of a worksheet as texts; rows without a text are left out.

    It is the one called `points`, or the first. Of a formula its latest value counts.

    Raises:
        ConfigError: If openpyxl is not installed.
        DataError: With the row and column of what cannot be read.
    """
    values = _worksheet(path, data_only=True)
    formulas = _worksheet(path, data_only=False)
    texts = [
        [_text(*cells) for cells in zip(row, written, strict=True)]
        for row, written in zip(values, formulas, strict=True)
    ]
    filled = [(line, row) for line, row in enumerate(texts, 1) if any(one.strip() for one in row)]
    if not filled:
        raise DataError(f"{path}: the worksheet is empty; expected a row of names and one per point.")
    names = [name.strip() for name in filled[0][1]]
    rows = [row for _, row in filled[1:]]
    while names and not names[-1] and not any(row[len(names) - 1].strip() for row in rows):
        names.pop()
    lines = [line for line, _ in filled[1:]]
    return RawTable(path, names, lines, [row[: len(names)] for row in rows])


def write_workbook(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of texts, numbers and truth values; texts stay texts, also those that look like formulas."""
    openpyxl = _openpyxl(path)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = TITLE
    for line, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            one = sheet.cell(row=line, column=place)
            if isinstance(value, str):
                one.value = _CONTROL.sub("\ufffd", value)
                one.data_type = "s"
            else:
                one.value = value
    sheet.freeze_panes = "A2"
    with path.open("wb") as stream:
        book.save(stream)


def _openpyxl(path: Path) -> ModuleType:
    try:
        import openpyxl
    except ImportError as error:
        raise ConfigError(
            f"{path}: .xlsx files need openpyxl, which is not installed; `pip install openpyxl`, or use CSV."
        ) from error
    module: ModuleType = openpyxl
    return module


def _worksheet(path: Path, *, data_only: bool) -> list[tuple[Any, ...]]:
    openpyxl = _openpyxl(path)
    try:
        with ZipFile(path) as archive:
            if sum(one.file_size for one in archive.infolist()) > MAX_BYTES:
                raise DataError(f"{path}: it unpacks to more than {MAX_BYTES} bytes; keep the points alone.")
        book = openpyxl.load_workbook(path, data_only=data_only, keep_links=False)
        sheets = {one.title: one for one in book.worksheets}
        sheet = sheets.get(TITLE, book.worksheets[0])
        return list(sheet.iter_rows(values_only=True))
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); give the path of a workbook.") from error
    except BadZipFile as error:
        raise DataError(
            f"{path} cannot be read: it is no workbook ({error}); save it as .xlsx anew."
        ) from error
    except Exception as error:  # whatever a parser of somebody else's makes of a damaged file
        raise DataError(
            f"{path} cannot be read as a workbook ({type(error).__name__}: {error}); save it as .xlsx anew, "
            "or as CSV."
        ) from error


def _text(value: Any, formula: Any) -> str:
    """Return what a cell shows; a formula that nobody has worked out yet as it is written."""
    if value is None:
        return "" if formula is None else str(formula)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
