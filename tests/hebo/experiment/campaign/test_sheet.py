"""Tests of `hebo.experiment.campaign.sheet`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import DataError
from hebo.experiment.campaign.cells import SheetCells
from hebo.experiment.campaign.sheet import read_sheet, write_sheet
from hebo.random import make_generator

SPACE = DesignSpace().parse(
    [
        {"name": "x", "type": "num", "lb": 0, "ub": 1},
        {"name": "k", "type": "int", "lb": 1, "ub": 9},
        {"name": "b", "type": "bool"},
        {"name": "c", "type": "cat", "categories": ["u", 1, "1.0", [64, 64], " MeOH", "", "NA"]},
        {"name": "d", "type": "num", "lb": 0, "ub": 1, "active_if": {"b": [True]}},
        {"name": "p", "type": "permutation", "items": ["i", "j", "k"]},
    ]
)
HEADER = "point,x,k,b,c,d,p,y,z"
PERMUTATION = '"[""i"", ""j"", ""k""]"'


def sheet(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "sheet.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def write(path: Path, space: DesignSpace, points: pd.DataFrame, **more: Any) -> None:
    write_sheet(path, points, range(1, len(points) + 1), ["y"], cells=SheetCells(space), **more)


def as_they_are(path: Path) -> None:
    path.write_text(path.read_text().replace(",\n", ",1.5\n"))


def by_pandas(path: Path) -> None:
    pd.read_csv(path).assign(y=1.5, note="mine").to_csv(path)  # with its index, as people do


def by_pandas_as_a_german_spreadsheet(path: Path) -> None:
    pd.read_csv(path).assign(y=1.5).to_csv(path, sep=";", decimal=",", index=False, encoding="utf-8-sig")


@pytest.mark.parametrize("fill", [as_they_are, by_pandas, by_pandas_as_a_german_spreadsheet])
def test_points_come_back_as_they_were(tmp_path: Path, fill: Any) -> None:
    points = SPACE.decode(SPACE.sample(60, generator=make_generator("sheet")))
    path = tmp_path / "sheet.csv"
    write(path, SPACE, points)
    assert read_sheet(path, SPACE, ["y"]).rows == []
    fill(path)
    rows = read_sheet(path, SPACE, ["y"]).rows
    assert [row.number for row in rows] == list(range(1, 61))
    assert {tuple(row.values) for row in rows} == {(1.5,)}
    cells = SheetCells(SPACE)
    asked = [points.iloc[place].to_dict() for place in range(60)]
    again = [cells.read(row, point) for row, point in zip(rows, asked, strict=True)]
    frame = pd.DataFrame(
        {name: pd.Series([one[name] for one in again], dtype=object) for name in SPACE.names}
    )
    assert SPACE.encode(frame).tolist() == SPACE.encode(points).tolist()
    assert all(cells.is_written(row, point) for row, point in zip(rows, asked, strict=True))


def test_numbers_have_six_digits_unless_they_have_steps_or_are_of_a_table(tmp_path: Path) -> None:
    names = ("x", "step")
    space = DesignSpace().parse(
        [
            {"name": "x", "type": "num", "lb": 0, "ub": 100},
            {"name": "step", "type": "num", "lb": 0, "ub": 100, "step": 0.0000001},
        ]
    )
    points = pd.DataFrame([[68.84680271174437, 12.3456789]], columns=list(names))
    path = tmp_path / "sheet.csv"
    write(path, space, points)
    assert path.read_text() == "point,x,step,y\n1,68.8468,12.3456789,\n"
    write(path, TableSpace(space, points), points)
    assert path.read_text() == "point,x,step,y\n1,68.8468027117444,12.3456789,\n"


def test_spreadsheets_change_separators_capitals_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    text = (
        HEADER.replace(",", ";")
        + '\r\n1,0;0,5;3,0;TRUE;u;0.25;"[""i"", ""k"", ""j""]";2,5;FAILED\r\n;;;;;;;;\r\n'
    )
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    (row,) = read_sheet(path, SPACE, ["y", "z"]).rows
    point = SheetCells(SPACE).read(row)
    assert point == {"x": 0.5, "k": 3, "b": True, "c": "u", "d": 0.25, "p": ["i", "k", "j"]}
    assert (row.number, row.values[0], math.isnan(row.values[1])) == (1, 2.5, True)
    assert row.where == f"{path}, line 2"


def test_names_with_spaces_around_them_come_back(tmp_path: Path) -> None:
    space = DesignSpace().parse(
        [{"name": name, "type": "int", "lb": 0, "ub": 9} for name in (" a", "T", "t")]
    )
    path = tmp_path / "sheet.csv"
    write(path, space, pd.DataFrame({" a": [1], "T": [2], "t": [3]}))
    as_they_are(path)
    (row,) = read_sheet(path, space, ["y"]).rows
    assert SheetCells(space).read(row) == {" a": 1, "T": 2, "t": 3}


def test_labels_stand_before_the_parameters_and_are_not_read(tmp_path: Path) -> None:
    space = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}])
    points = pd.DataFrame({"x": [0.25, 0.5]}, index=[7, 8])
    labels = pd.DataFrame({"id": ["a, b", None], "price": ["10", "20"]}, dtype=object)
    path = tmp_path / "sheet.csv"
    write_sheet(path, points, [7, 8], ["y"], cells=SheetCells(space), labels=labels)
    assert path.read_text() == 'point,id,price,x,y\n7,"a, b",10,0.25,\n8,,20,0.5,\n'
    path.write_text(path.read_text().replace(",0.5,", ",0.5,3").replace(",20,", ",changed,"))
    found = read_sheet(path, space, ["y"], labels=["id", "price"])
    (row,) = found.rows
    assert (row.number, row.cells, row.values) == (8, {"x": "0.5"}, [3.0])
    assert found.aside == []
    path.write_text("x,y\n0.5,3\n")
    assert len(read_sheet(path, space, ["y"], labels=["id", "price"]).rows) == 1


def test_columns_that_are_nobodys_are_kept_aside(tmp_path: Path) -> None:
    header = "," + HEADER.replace(",k", ",notes,Unnamed: 0,k")
    row = f'0,1,0.5,"stirred, hot",0,3,true,u,0.5,{PERMUTATION},1,1'
    found = read_sheet(sheet(tmp_path, row, header=header), SPACE, ["y", "z"])
    assert found.aside == ["column 1 (no name)", "notes", "Unnamed: 0"]
    assert [one.number for one in found.rows] == [1]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            f"1,0.5,3,true,u,0.5,{PERMUTATION},much,1",
            "line 2, column 'y': 'much' is not a number; .* or 'failed'",
        ),
        (
            f"1,0.5,3,true,u,0.5,{PERMUTATION},1,",
            "line 2, column 'z': empty, while others of the row have values",
        ),
        (f"1,0.5,3,true,u,0.5,{PERMUTATION},-inf,1", "line 2, column 'y': '-inf' is not a number"),
        (f"one,0.5,3,true,u,0.5,{PERMUTATION},1,1", "line 2, column 'point': 'one' is no number of a point"),
        (f"1.5,0.5,3,true,u,0.5,{PERMUTATION},1,1", "line 2, column 'point': '1.5' is no number of a point"),
        (f"-1,0.5,3,true,u,0.5,{PERMUTATION},1,1", "line 2, column 'point': '-1' is no number of a point"),
        (f"1,0.5,3,true,u,0.5,{PERMUTATION},1,1,2", "line 2: 10 cells under 9 names"),
        (f"1,0.5,3,true,0.5,{PERMUTATION},1,1", "line 2: 8 cells under 9 names, none for column 'z'"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DataError, match=f"sheet.csv, {message}"):
        read_sheet(sheet(tmp_path, row), SPACE, ["y", "z"])


def test_a_cell_of_a_parameter_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (row,) = read_sheet(sheet(tmp_path, f'1,"0,5",3,true,u,0.5,{PERMUTATION},1,1'), SPACE, ["y", "z"]).rows
    with pytest.raises(DataError, match=r"line 2, column 'x': '0,5' is not a number; write 1\.5"):
        SheetCells(SPACE).read(row)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("point,x,k,b,c,d,p,y", "the column 'z' is missing; add it"),
        ("point,x,k,b,c,d,p,y,zz", "the column 'z' is missing; add it. Did you mean 'zz'"),
        (HEADER + ",y", "the column 'y' appears twice"),
        (HEADER + ", y ", "the column 'y' appears twice"),
        (HEADER + ",note,note", "the column 'note' appears twice"),
        (HEADER, "a row of names and no points"),
    ],
)
def test_columns_that_are_not_as_expected_are_named(tmp_path: Path, header: str, message: str) -> None:
    with pytest.raises(DataError, match=f"sheet.csv.*{message}"):
        read_sheet(sheet(tmp_path, header=header), SPACE, ["y", "z"])


def test_a_workbook_holds_the_same_points(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra `excel` is not installed")
    points = SPACE.decode(SPACE.sample(20, generator=make_generator("sheet")))
    path = tmp_path / "sheet.xlsx"
    write(path, SPACE, points, workbook=True)
    book = openpyxl.load_workbook(path)
    for row in range(2, 22):
        book.active.cell(row=row, column=8).value = row / 2
    book.save(path)
    rows = read_sheet(path, SPACE, ["y"]).rows
    assert [row.values for row in rows] == [[row / 2] for row in range(2, 22)]
    cells = SheetCells(SPACE)
    assert all(cells.is_written(row, points.iloc[place].to_dict()) for place, row in enumerate(rows))


WHOLE = 'point,id,x,c,y\n1,A,0.1,u,1\n2,"B, b",0.2,v,2\n3,C,0.3,"w, z",3\n4,D,0.4,u,4\n5,E,0.5,v,5\n'


def test_no_stray_quotes_lose_or_change_a_row_without_a_word(tmp_path: Path) -> None:
    space = DesignSpace().parse(
        [
            {"name": "x", "type": "num", "lb": 0, "ub": 1},
            {"name": "c", "type": "cat", "categories": ["u", "v", "w, z"]},
        ]
    )
    cells, path = SheetCells(space), tmp_path / "sheet.csv"

    def told(text: str) -> list[Any] | None:
        path.write_text(text)
        try:
            rows = read_sheet(path, space, ["y"], labels=["id"]).rows
            points = [cells.read(row) for row in rows]
            space.encode(pd.DataFrame(points))
        except DataError:
            return None
        return [(row.number, point, row.values) for row, point in zip(rows, points, strict=True)]

    whole = told(WHOLE)
    assert whole is not None
    assert len(whole) == 5
    single = [WHOLE[:place] + '"' + WHOLE[place:] for place in range(len(WHOLE))]
    places = range(0, len(WHOLE), 3)
    double = [WHOLE[:i] + '"' + WHOLE[i:j] + '"' + WHOLE[j:] for i in places for j in places if i < j]
    found = [told(text) for text in [*single, *double]]
    assert found.count(None) > len(found) / 2
    assert all(one in (None, whole) for one in found)
