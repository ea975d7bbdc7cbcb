"""Reading a table of texts from a file of any kind: CSV or a workbook."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from hebo.design_space.spreadsheets.csv_text import RawTable, read_csv
from hebo.design_space.spreadsheets.workbook import is_workbook, read_workbook


def read_table_file(path: Path, *, wanted: Collection[str] = ()) -> RawTable:
    """Return the cells of a file as texts; rows without a text are left out.

    Args:
        path: A CSV file in UTF-8 with commas, semicolons or tabs, or a workbook (`.xlsx`).
        wanted: Names of columns that are looked for, by which the separator is found.

    Raises:
        ConfigError: If it is a workbook and openpyxl is not installed.
        DataError: With the line and column of what cannot be read.
    """
    return read_workbook(path) if is_workbook(path) else read_csv(path, wanted=wanted)
