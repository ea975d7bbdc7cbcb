"""Tests of `hebo.design_space.tables.candidates_file`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.candidates_file import read_candidates, read_texts, table_space
from hebo.errors import DataError, SpaceError

LOOPS = """id,loop,heat,solvent,price
A1,CADY,1,water,10
A2,CYDY,2.5,"dmso, dry",
A3,CAAA,3,water,07
"""
DRAFTS: list[Any] = [{"name": "loop", "type": "sequence"}, "heat", "solvent"]


def write(folder: Path, text: str) -> Path:
    path = folder / "library.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_are_parameters_or_labels(tmp_path: Path) -> None:
    space = read_candidates(write(tmp_path, LOOPS), DRAFTS)
    points = space.decode(space.rows.x)
    assert points["loop"].tolist() == ["CADY", "CYDY", "CAAA"]
    assert points["heat"].tolist() == [1, 2.5, 3]
    assert points["solvent"].tolist() == ["water", "dmso, dry", "water"]
    assert space.labels.to_dict("list") == {"id": ["A1", "A2", "A3"], "price": ["10", "", "07"]}


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_windows_line_ends_and_gaps_do_not_matter(tmp_path: Path, separator: str) -> None:
    text = LOOPS.replace('"dmso, dry"', "dmso")
    plain = read_candidates(write(tmp_path, text), DRAFTS)
    changed = text.replace(",", separator).replace("\n", "\r\n\r\n")
    (tmp_path / "library.csv").write_bytes(b"\xef\xbb\xbf" + changed.encode())
    assert read_candidates(tmp_path / "library.csv", DRAFTS) == plain


def test_an_inactive_parameter_has_an_empty_cell(tmp_path: Path) -> None:
    drafts = [
        {"name": "kind", "type": "cat", "categories": ["a", "b"]},
        {"name": "x", "type": "num", "lb": 0, "ub": 1, "active_if": {"kind": ["b"]}},
    ]
    space = read_candidates(write(tmp_path, "kind,x\na,\nb,0.5\n"), drafts)
    assert space.decode(space.rows.x)["x"].tolist() == [None, 0.5]


def test_constraints_leave_candidates_out(tmp_path: Path) -> None:
    rule = {"type": "linear", "coefficients": {"heat": 1}, "ub": 2}
    drafts = [DRAFTS[0], {"name": "heat", "type": "num", "lb": 0, "ub": 5}]
    space = read_candidates(write(tmp_path, LOOPS), drafts, constraints=[rule])
    assert space.decode(space.rows.x)["loop"].tolist() == ["CADY"]
    with pytest.raises(SpaceError, match="None of 3 candidates"):
        read_candidates(write(tmp_path, LOOPS), drafts, constraints=[rule | {"ub": 0.5}])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty; expected a row of names"),
        ("loop,heat,solvent\n", "a row of names and no candidates"),
        ("loop,heat\nCADY,1\n", "the column 'solvent' is missing; add it"),
        ("loop,heat,solvant\nCADY,1,water\n", "'solvent' is missing; add it. Did you mean 'solvant'"),
        ("loop,heat,heat,solvent\nCADY,1,1,water\n", "the column 'heat' appears twice"),
        ("loop,,heat,solvent\nCADY,1,1,water\n", "column 2 has no name"),
        ("loop,heat,solvent\nCADY,1,water,dry\n", "line 2: 4 cells under 3 names; put texts with"),
        ("loop,heat,solvent\nCADY,1,water\nCYDY,,water\n", "line 3, column 'heat': the cell is empty"),
        ("loop,heat,solvent\nCADY,1,water\n\nCADY,1.0,water\n", "twice, in line 2 and line 4"),
        # one odd cell in a column that is something else
        (
            "loop,heat,solvent\nA,1,u\nA,2,u\nA,3x,u\nA,4,u\n",
            "line 4, column 'heat': '3x' is no number, unlike 3",
        ),
        ("loop,heat,solvent\nA,1,u\nA,n/a,u\n", "line 3, column 'heat': 'n/a' is no number, unlike 1"),
        (
            "loop,heat,solvent\nA,1,u\nA,2,u\nA,true,u\n",
            "line 4, column 'heat': True is a truth value, unlike",
        ),
        (
            "loop,heat,solvent\nA,1,true\nA,2,flase\nA,3,false\n",
            "line 3, column 'solvent': 'flase' is no truth",
        ),
        ("loop,heat,solvent\nA,1,u\nA,2,7\nA,3,v\n", "line 3, column 'solvent': 7 is a number, unlike 2"),
        (
            'loop,heat,solvent\nA,"1,5",u\nA,"2,5",u\n',
            "line 2, column 'heat': '1,5' has a decimal comma; write",
        ),
        ("loop;heat;solvent\nA;1,5;u\nA;2.5.1;u\n", "line 3, column 'heat': '2.5.1' is no number"),
        # rows that are torn
        (
            'loop,heat,solvent\nA,1,"u\nA,2,u\nA,3,u\n',
            "line 2, column 'solvent': a quote opens here and is never",
        ),
        (
            'loop,heat,solvent\nA,"1,u\nA,2,u\nA,3",u\n',
            "line 2, column 'heat': a quote opens .* up to line 4",
        ),
        ("loop,heat,solvent\nA,1,u\nA,2\n", "line 3: 2 cells under 3 names, none for column 'solvent'"),
    ],
)
def test_a_file_with_a_mistake_is_refused_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=f"(?i)library.csv.*{message}"):
        read_candidates(write(tmp_path, text), DRAFTS)


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        ({"name": "heat", "type": "num", "lb": 0, "ub": 2}, r"line 3, parameter 'heat': 2\.5 is outside"),
        ({"name": "loop", "type": "sequence", "alphabet": "ACD", "length": 4}, "line 2, .* letter 'Y'"),
        ({"name": "solvent", "type": "cat", "categories": ["water"]}, "line 3, .*'dmso, dry'"),
        ({"name": "solvent", "type": "num", "lb": 0, "ub": 1}, "line 2, .*'water' is not a number"),
    ],
)
def test_a_value_that_was_not_declared_is_refused_with_its_line(
    tmp_path: Path, draft: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read_candidates(write(tmp_path, LOOPS), [draft])


def test_a_space_that_is_there_already_takes_the_same_columns(tmp_path: Path) -> None:
    space = DesignSpace().parse([{"name": "heat", "type": "num", "lb": 0, "ub": 5}])
    path = write(tmp_path, LOOPS)
    found = table_space(read_texts(path), space, repeats=True)
    assert (found.parameter_space, len(found.rows), found.repeats) == (space, 3, True)
    assert found.labels.columns.tolist() == ["id", "loop", "solvent", "price"]
    other = DesignSpace().parse([{"name": "Heat", "type": "num", "lb": 0, "ub": 5}])
    with pytest.raises(DataError, match=r"the column 'Heat' is missing; add it. Did you mean 'heat'"):
        table_space(read_texts(path), other)


@pytest.mark.parametrize(
    ("column", "draft", "expected"),
    [
        (["1", "2", "A"], {"name": "c", "type": "cat"}, ["1", "2", "A"]),
        (["1", "2", "A"], {"name": "c", "categories": [1, 2, "A"]}, [1, 2, "A"]),
        (["1", "2.0", "3"], "c", [1, 2, 3]),
        (["1,5", "2,5", "3"], "c", [1.5, 2.5, 3]),
        (["true", "FALSE"], "c", [True, False]),
        (["", "x"], {"name": "c", "type": "cat", "categories": ["", "x"]}, ["", "x"]),
        (["", '""""""', "x"], {"name": "c", "type": "cat", "categories": [None, "", "x"]}, [None, "", "x"]),
        (
            ["01", "1e3", "2"],
            {"name": "c", "type": "ordinal", "levels": ["01", "2", "1e3"]},
            ["01", "1e3", "2"],
        ),
    ],
)
def test_a_column_is_what_it_says_or_what_all_its_cells_are(
    tmp_path: Path, column: list[str], draft: Any, expected: list[Any]
) -> None:
    text = "id;c\n" + "".join(f"{place};{one}\n" for place, one in enumerate(column))
    space = read_candidates(write(tmp_path, text), [draft], constraints=[])
    assert space.decode(space.rows.x)["c"].tolist() == expected


def test_a_workbook_is_read_as_a_csv_file_is(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra `excel` is not installed")
    book = openpyxl.Workbook()
    rows = [["id", "loop", "heat", "solvent", "price"], ["A1", "CADY", 1.0, "water", 10]]
    for row in [*rows, ["A2", "CYDY", 2.5, "dmso, dry", None], ["A3", "CAAA", 3, "water", "07"]]:
        book.active.append(row)
    book.save(tmp_path / "library.xlsx")
    found = read_candidates(tmp_path / "library.xlsx", DRAFTS)
    assert found == read_candidates(write(tmp_path, LOOPS), DRAFTS)
    assert found.labels["price"].tolist() == ["10", "", "07"]
