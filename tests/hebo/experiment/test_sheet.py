"""Tests of `hebo.experiment.sheet`."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.experiment.sheet import read_sheet, write_sheet
from hebo.random import make_generator

SPACE = DesignSpace().parse(
    [
        {"name": "x", "type": "num", "lb": 0, "ub": 1},
        {"name": "k", "type": "int", "lb": 1, "ub": 9},
        {"name": "b", "type": "bool"},
        {"name": "c", "type": "cat", "categories": ["u", 1, "1.0", [64, 64]]},
        {"name": "d", "type": "num", "lb": 0, "ub": 1, "active_if": {"b": [True]}},
        {"name": "p", "type": "permutation", "items": ["i", "j", "k"]},
    ]
)
HEADER = "point,x,k,b,c,d,p,y,z"


def sheet(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "sheet.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_points_come_back_as_they_were(tmp_path: Path) -> None:
    points = SPACE.decode(SPACE.sample(40, generator=make_generator("sheet")))
    path = tmp_path / "sheet.csv"
    write_sheet(path, points, range(1, 41), ["y"])
    assert read_sheet(path, SPACE, ["y"]) == []
    filled = path.read_text().replace(",\n", ",1.5\n")
    path.write_text(filled)
    rows = read_sheet(path, SPACE, ["y"])
    assert [row.number for row in rows] == list(range(1, 41))
    assert {tuple(row.values) for row in rows} == {(1.5,)}
    again = pd.DataFrame(
        {name: pd.Series([row.point[name] for row in rows], dtype=object) for name in SPACE.names}
    )
    assert SPACE.encode(again).tolist() == SPACE.encode(points).tolist()


def test_spreadsheets_change_separators_capitals_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    text = (
        HEADER.replace(",", ";") + '\r\n;0.5;3;TRUE;u;0.25;"[""i"", ""k"", ""j""]";2;FAILED\r\n;;;;;;;;\r\n'
    )
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    (row,) = read_sheet(path, SPACE, ["y", "z"])
    assert row.point == {"x": 0.5, "k": 3, "b": True, "c": "u", "d": 0.25, "p": ["i", "k", "j"]}
    assert (row.number, row.values[0], math.isnan(row.values[1]), row.line) == (None, 2.0, True, 2)


def test_labels_stand_before_the_parameters_and_are_not_read(tmp_path: Path) -> None:
    space = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}])
    points = pd.DataFrame({"x": [0.25, 0.5]}, index=[7, 8])
    labels = pd.DataFrame({"id": ["a, b", None], "price": ["10", "20"]}, dtype=object)
    path = tmp_path / "sheet.csv"
    write_sheet(path, points, [7, 8], ["y"], labels=labels)
    assert path.read_text() == 'point,id,price,x,y\n7,"a, b",10,0.25,\n8,,20,0.5,\n'
    path.write_text(path.read_text().replace(",0.5,", ",0.5,3").replace(",20,", ",changed,"))
    (row,) = read_sheet(path, space, ["y"], labels=["id", "price"])
    assert (row.number, row.point, row.values) == (8, {"x": 0.5}, [3.0])
    path.write_text("x,y\n0.5,3\n")
    assert len(read_sheet(path, space, ["y"], labels=["id", "price"])) == 1


PERMUTATION = '"[""i"", ""j"", ""k""]"'


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f'1,"0,5",3,true,u,0.5,{PERMUTATION},1,1', "line 2, column 'x': '0,5' is not a number; write 1.5"),
        (f"1,0.5,3,true,u,0.5,{PERMUTATION},much,1", "column 'y': 'much' is not a number; .* or 'failed'"),
        (f"1,0.5,3,true,u,0.5,{PERMUTATION},1,", "column 'z': empty, while others of the row have values"),
        (f"one,0.5,3,true,u,0.5,{PERMUTATION},1,1", "'one' is no number of a point"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_sheet(sheet(tmp_path, row), SPACE, ["y", "z"])


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("point,x,k,b,c,d,p,y", "the column 'z' is missing; add it"),
        (HEADER + ",zz", "unknown column 'zz'; drop it. Did you mean 'z'"),
        (HEADER + ",y", "the column 'y' appears twice"),
    ],
)
def test_columns_that_are_not_as_expected_are_named(tmp_path: Path, header: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_sheet(sheet(tmp_path, header=header), SPACE, ["y", "z"])


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_sheet(tmp_path / "none.csv", SPACE, ["y"])
    (tmp_path / "empty.csv").write_text("\n")
    with pytest.raises(DataError, match="the file is empty"):
        read_sheet(tmp_path / "empty.csv", SPACE, ["y"])
