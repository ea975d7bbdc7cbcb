"""Tests of `hebo.design_space.cells`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hebo.design_space.cells import CellReader, cell, read_lines
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError


def reader(**definition: Any) -> CellReader:
    return CellReader(DesignSpace().parse([{"name": "p", **definition}]).parameters["p"])


@pytest.mark.parametrize(
    ("definition", "text", "value"),
    [
        ({"type": "num", "lb": 0, "ub": 9}, "1e-3", 1e-3),
        ({"type": "int", "lb": 0, "ub": 10**6}, "12", 12),
        ({"type": "bool"}, "TRUE", True),
        ({"type": "cat", "categories": ["Red", "blue"]}, "red", "Red"),
        ({"type": "cat", "categories": ["a", "A"]}, "A", "A"),
        ({"type": "cat", "categories": [1, "1.0"]}, "1.0", "1.0"),
        ({"type": "permutation", "length": 3}, "[2, 0, 1]", [2, 0, 1]),
        ({"type": "sequence", "alphabet": "01", "length": 3}, "011", "011"),
        ({"type": "sequence", "alphabet": "ACDEFG", "length": 9}, "AAACCCDDD", "AAACCCDDD"),
        ({"type": "num", "lb": 0, "ub": 9}, "", None),
    ],
)
def test_a_text_is_read_as_the_value_it_stands_for(definition: Any, text: str, value: Any) -> None:
    found = reader(**definition).read("here", text)
    assert (found, type(found)) == (value, type(value))


def test_what_is_no_number_is_refused_with_its_place() -> None:
    with pytest.raises(DataError, match=r"there: '0,5' is not a number; write 1\.5, with a point"):
        reader(type="num", lb=0, ub=1).read("there", "0,5")


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), ("a b", "a b"), (0.1, "0.1"), (True, "true"), ([1, "a"], '[1, "a"]')]
)
def test_a_cell_is_what_people_would_write(value: Any, text: str) -> None:
    assert cell(value) == text


def test_lines_are_counted_with_the_empty_ones(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b'\xef\xbb\xbfa;b\r\n\r\n;\r\n"x\r\ny";2\r\n')
    assert list(read_lines(path)) == [(1, ["a", "b"]), (5, ["x\ny", "2"])]


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"t\.csv cannot be read .* give a CSV file in UTF-8"):
        list(read_lines(tmp_path / "t.csv"))


def test_a_quote_that_does_not_end_is_named_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('a,b\n1,"' + "x" * 200_000)
    with pytest.raises(DataError, match=r"t\.csv, line 2: field larger than .* check the quotes"):
        list(read_lines(tmp_path / "t.csv"))
