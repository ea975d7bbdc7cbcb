"""Tests of `hebo.design_space.spreadsheets.csv_text`."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from hebo.design_space.spreadsheets.csv_text import RawTable, read_csv
from hebo.errors import DataError


def read(folder: Path, text: str | bytes, wanted: tuple[str, ...] = ()) -> RawTable:
    path = folder / "t.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_csv(path, wanted=wanted)


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        ("a,b\n1,2\n", ["a", "b"], [["1", "2"]]),
        ("a,b\n1,2", ["a", "b"], [["1", "2"]]),
        ("a;b\r\n1;2\r\n", ["a", "b"], [["1", "2"]]),
        ("a\tb\r1\t2\r", ["a", "b"], [["1", "2"]]),
        ("\ufeffa, b \n1, 2\n", ["a", "b"], [["1", " 2"]]),
        ('a,b\n"x, y","5"" pipe"\n', ["a", "b"], [["x, y", '5" pipe']]),
        ('a,b\n "x" , "" \n', ["a", "b"], [["x", ""]]),
        ('a,b\n1,"two\nlines"\n3,4\n', ["a", "b"], [["1", "two\nlines"], ["3", "4"]]),
        ('"a\n1",b\n1,2\n', ["a\n1", "b"], [["1", "2"]]),
        ('"a,c",b;d\n1,2\n', ["a,c", "b;d"], [["1", "2"]]),
        ("sep=;\na;b\n1;2\n", ["a", "b"], [["1", "2"]]),
        ("a,b,,\n1,2,,\n", ["a", "b"], [["1", "2"]]),
        ("a,b\n1,2,,\n,\n", ["a", "b"], [["1", "2"]]),
        (",a,b\n0,1,2\n", ["", "a", "b"], [["0", "1", "2"]]),
        ("a\n1\n", ["a"], [["1"]]),
    ],
)
def test_what_spreadsheets_write_is_read(
    tmp_path: Path, text: str, names: list[str], rows: list[list[str]]
) -> None:
    table = read(tmp_path, text)
    assert (table.names, table.rows) == (names, rows)


def test_a_row_has_the_line_where_it_starts(tmp_path: Path) -> None:
    assert read(tmp_path, 'a;b\r\n\r\n;\r\n"x\r\ny";2\r\n3;4\r\n').lines == [4, 6]


def test_the_separator_is_the_one_that_gives_the_wanted_names(tmp_path: Path) -> None:
    assert read(tmp_path, "a;b,c,d;e\n1;2,3,4;5\n", ("a", "e")).names == ["a", "b,c,d", "e"]
    assert read(tmp_path, "a;b,c,d;e\n1;2,3,4;5\n", ("c",)).names == ["a;b", "c", "d;e"]


@pytest.mark.parametrize(
    ("text", "is_comma"),
    [
        ("a,b\n1,2\n", False),
        ("a;b\n1;2\n", True),
        ("a\tb\n1\t0,125\n", True),
        ("a\tb\n1,125\t0,5\n", False),
        ("a;b\n1,125;0,5\n", True),
    ],
)
def test_commas_are_decimal_where_they_do_not_separate(tmp_path: Path, text: str, is_comma: bool) -> None:
    assert read(tmp_path, text).decimal_comma is is_comma


ROWS = "point,x,c,y\n1,0.1,u,1\n2,0.2,{}\n3,0.3,u,3\n4,0.4,{}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # a stray quote that nothing closes
        (ROWS.format('"v,2', "v,4"), "line 3, column 'c': a quote opens here and is never closed"),
        (ROWS.format('v,"2', "v,4"), "line 3, column 'y': a quote opens here and is never closed"),
        # one that another closes: in a cell, at its end, in its middle
        (
            ROWS.format('"v,2', '"v",4'),
            "line 3, column 'c': a quote opens here and closes in line 5 before 'v",
        ),
        (
            ROWS.format('"v,2', 'v",4'),
            "line 3, column 'c': a quote opens here and swallows the rows up to line 5",
        ),
        (
            ROWS.format('"v,2', 'v"w,4'),
            "line 3, column 'c': a quote opens here and closes in line 5 before 'w,4'",
        ),
        ('a,b\n1,"x"y\n', "line 2, column 'b': a quote opens here and closes before 'y'"),
        # one inside a cell
        (
            'a,b\n1,5" pipe\n',
            "line 2, column 'b': a quote inside '5\" pipe'; put quotes around the whole cell",
        ),
        ('a,b"\n1,2\n', "line 1, column 2: a quote inside"),
        # rows that are too long or too short
        ("a,b\n1,2,3\n", "line 2: 3 cells under 2 names; put texts with"),
        ("a,b,c\n1,2,3\n1,2\n", "line 3: 2 cells under 3 names, none for column 'c'; add the separators"),
        ("a,b\n1,2\n\n1\n", "line 4: 1 cells under 2 names, none for column 'b'"),
        # what is no text
        ("a,b\n1,2\n1,\0\n", "line 3, character 3: a NUL character; delete it"),
        ("a,b\n1,2\n1,caf\xe9\n".encode("latin-1"), "line 3, character 6: the byte 0xE9 is not UTF-8; save"),
        ("a,b\n1,2\n".encode("utf-16"), "it is text in UTF-16, no CSV file in UTF-8"),
        (b"PK\x03\x04\x00", "it is a workbook, no CSV file"),
        ("", "the file is empty; expected a row of names"),
        ("\n \n", "the file is empty; expected a row of names"),
    ],
)
def test_what_cannot_be_told_for_certain_is_named_with_its_place(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, text)
    assert str(tmp_path / "t.csv") in str(caught.value)
    assert message in str(caught.value)


def test_a_cell_of_many_lines_is_no_row(tmp_path: Path) -> None:
    text = 'point,x,note\n1,0.5,"first, second, third, fourth\nfifth\nsixth, seventh"\n2,0.6,\n'
    assert [row[:2] for row in read(tmp_path, text).rows] == [["1", "0.5"], ["2", "0.6"]]


@pytest.mark.parametrize("name", ["none.csv", ".", "a/b.csv", "x" * 300])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_csv(tmp_path / name)


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
)
def test_packed_files_are_read(tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / f"t.csv{suffix}"
    path.write_bytes(pack(b"a,b\n1,2\n"))
    assert read_csv(path).rows == [["1", "2"]]
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(DataError, match="cannot be read"):
        read_csv(path)


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hebo.design_space.spreadsheets.csv_text.MAX_BYTES", 100)
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 1000))
    with pytest.raises(DataError, match="more than 100 bytes"):
        read_csv(path)
