"""Tests of `hebo.design_space.spreadsheets.workbook` and `hebo.design_space.spreadsheets.table_file`."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Any

import pytest

from hebo.design_space.spreadsheets.table_file import read_table_file
from hebo.design_space.spreadsheets.workbook import TITLE, is_workbook, read_workbook, write_workbook
from hebo.errors import ConfigError, DataError

openpyxl = pytest.importorskip("openpyxl", reason="the extra `excel` is not installed")


def save(path: Path, *rows: list[Any], title: str = "Sheet1", before: str | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    if before is not None:
        book.create_sheet(before, 0)["A1"] = "notes"
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_cells_are_read_as_people_see_them(tmp_path: Path) -> None:
    row = [
        1.0,
        2.5,
        True,
        "TRUE",
        None,
        datetime.datetime(2024, 1, 31),
        datetime.date(2024, 2, 1),
        "1e3",
        " a ",
    ]
    path = save(tmp_path / "t.xlsx", list("abcdefghi"), row, [None] * 9, [3, *"jklmnopq"])
    table = read_table_file(path)
    assert table.names == list("abcdefghi")
    assert table.rows[0] == ["1", "2.5", "true", "TRUE", "", "2024-01-31", "2024-02-01", "1e3", " a "]
    assert table.lines == [2, 4]
    assert not table.decimal_comma


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    rows: list[list[Any]] = [
        ["point", "=x"],
        [1, "=1+1"],
        [2, "1e5"],
        [3, "2024-01-01"],
        [4, 0.5],
        [5, False],
    ]
    write_workbook(path, rows)
    table = read_workbook(path)
    assert table.names == ["point", "=x"]
    assert [row[1] for row in table.rows] == ["=1+1", "1e5", "2024-01-01", "0.5", "false"]
    assert [one.value for one in openpyxl.load_workbook(path)[TITLE]["A"]] == ["point", 1, 2, 3, 4, 5]


def test_the_points_are_found_among_other_sheets(tmp_path: Path) -> None:
    assert read_workbook(save(tmp_path / "t.xlsx", ["a"], [1], title=TITLE, before="notes")).names == ["a"]
    assert read_workbook(save(tmp_path / "u.xlsx", ["a"], [1], before="mine")).names == ["notes"]


def test_columns_that_were_once_touched_do_not_count(tmp_path: Path) -> None:
    assert read_workbook(save(tmp_path / "t.xlsx", ["a", "b", None, ""], [1, 2, None, " "])).names == [
        "a",
        "b",
    ]


def test_a_formula_without_a_value_is_no_number(tmp_path: Path) -> None:
    assert read_workbook(save(tmp_path / "t.xlsx", ["a", "b"], [1, "=1+1"])).rows == [["1", "=1+1"]]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the worksheet is empty"):
        read_workbook(save(tmp_path / "t.xlsx"))
    for content in (b"a,b\n1,2\n", b"", (tmp_path / "t.xlsx").read_bytes()[:-200]):
        (tmp_path / "t.xlsx").write_bytes(content)
        with pytest.raises(DataError, match=r"t\.xlsx cannot be read"):
            read_workbook(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match=r"none\.xlsx cannot be read \(No such file"):
        read_workbook(tmp_path / "none.xlsx")


def test_other_formats_are_refused_by_name() -> None:
    assert is_workbook(Path("a.XLSX"))
    assert not is_workbook(Path("a.csv"))
    with pytest.raises(
        DataError, match=r"a\.xls: \.xls files are not supported; save it as \.xlsx, or as CSV"
    ):
        is_workbook(Path("a.xls"))


def test_without_openpyxl_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "t.xlsx", ["a"], [1])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ConfigError, match=r"t\.xlsx: .* not installed; `pip install openpyxl`, or use CSV"):
        read_workbook(path)
