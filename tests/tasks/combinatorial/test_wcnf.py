from __future__ import annotations

from pathlib import Path

import pytest

from hebo.errors import DataError
from tasks.combinatorial.wcnf import Formula, read_formula

# The example of the MaxSAT Evaluation 2020 (format.html), in the old format and in the one that followed.
OLD = """c This is a comment
c Example 1...another comment
p wcnf 7 4 12
12 1 2 3 4 0
1 -3 -5 6 7 0
6 -1 -2 0
4 1 6 -7 0
"""
NEW = """c This is a comment
c Example 1...another comment
h 1 2 3 4 0
1 -3 -5 6 7 0
6 -1 -2 0
4 1 6 -7 0
"""
CLAUSES = ((1, 2, 3, 4), (-3, -5, 6, 7), (-1, -2), (1, 6, -7))


def write(folder: Path, text: str) -> Path:
    path = folder / "formula.wcnf"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("text", [OLD, NEW, NEW.replace("\n", "\r\n"), NEW.replace(" ", "\t")])
def test_both_weighted_formats_give_the_same_formula(tmp_path: Path, text: str) -> None:
    assert read_formula(write(tmp_path, text)) == Formula(7, CLAUSES, (None, 1, 6, 4))


def test_without_a_top_weight_no_clause_is_hard(tmp_path: Path) -> None:
    text = OLD.replace("p wcnf 7 4 12", "p wcnf 7 4")
    assert read_formula(write(tmp_path, text)).weights == (12, 1, 6, 4)


def test_a_weight_above_the_top_is_hard_too(tmp_path: Path) -> None:
    assert read_formula(write(tmp_path, OLD.replace("12 1 2", "13 1 2"))).weights == (None, 1, 6, 4)


def test_clauses_of_a_plain_file_have_weight_one_and_may_span_lines(tmp_path: Path) -> None:
    text = "c no weights\np cnf 5 3\n1 -2\n 3 0 -4 0\n\nc in between\n5\n1 0\n%\n0\n"
    assert read_formula(write(tmp_path, text)) == Formula(5, ((1, -2, 3), (-4,), (5, 1)), (1, 1, 1))


def test_variables_without_a_clause_are_counted(tmp_path: Path) -> None:
    assert read_formula(write(tmp_path, "p cnf 9 1\n1 2 0\n")).n_variables == 9
    assert read_formula(write(tmp_path, "3 1 -4 0\n")).n_variables == 4


def test_an_empty_clause_is_a_clause(tmp_path: Path) -> None:
    assert read_formula(write(tmp_path, "h 0\n3 1 0\n")) == Formula(1, ((), (1,)), (None, 3))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no clause"),
        ("c only\nc comments\n", "there is no clause"),
        ("p cnf 3\n1 0\n", r"line 1: 'p cnf 3' is not 'p cnf VARIABLES CLAUSES'"),
        ("c\np qbf 3 1\n1 0\n", r"line 2: 'p qbf 3 1' is not"),
        ("p\n1 0\n", r"line 1: 'p' is not"),
        ("p cnf 0 1\n1 0\n", r"line 1: 0 in 'p cnf 0 1'; all numbers are positive"),
        ("p cnf three 1\n1 0\n", r"line 1: 'three' is not a whole number"),
        ("p cnf 3 1\n1 x 0\n", r"line 2: 'x' is not a whole number"),
        ("p cnf 3 1\n1 1_0 0\n", r"line 2: '1_0' is not a whole number"),
        ("p cnf 3 1\n1 4 0\n", r"line 2: literal 4, but 3 variables are announced"),
        ("p cnf 3 1\n1 -4 0\n", r"line 2: literal -4, but 3 variables are announced"),
        ("p cnf 3 2\n1 0\n\n2 3\n", r"line 4: the file ends inside a clause; end it with 0"),
        ("c\np cnf 3 3\n1 2\n3 0\n2 0\n", r"line 2: 3 clauses are announced, but 2 follow"),
        ("p cnf 3 1\n1 0\n2 0\n", r"line 1: 1 clauses are announced, but 2 follow"),
        ("p cnf 3 1\np cnf 3 1\n1 0\n", r"line 2: a 'p' line after the first line of content"),
        ("3 1 0\np wcnf 3 1 9\n", r"line 2: a 'p' line after the first line of content"),
        ("p wcnf 3 1 9\nh 1 0\n", r"line 2: 'h' belongs to the format without a 'p' line"),
        ("p wcnf 3 1 9\n0 1 0\n", r"line 2: weight 0; weights are whole numbers from 1 on"),
        ("h 1 0\n-2 1 0\n", r"line 2: weight -2"),
        ("h 1 0\n2.5 1 0\n", r"line 2: '2.5' is not a whole number"),
        ("h 1 0\n2 1\n3 2 0\n", r"line 2: the clause has no end; write 0"),
        ("h 1 0\n2 1 0 3 2 0\n", r"line 2: there is more after the 0"),
        ("h 1 0\n2 1 -0 0\n", r"line 2: '-0' is not a literal"),
        ("h 0\n2 0\n", r"line 1: no clause of the file has a variable"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_formula(write(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no file .*nowhere\.cnf"):
        read_formula(tmp_path / "nowhere.cnf")


def test_a_compressed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "formula.wcnf.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00\xff\xfe")
    with pytest.raises(DataError, match="not a text file"):
        read_formula(path)


@pytest.mark.parametrize(
    "text", ["p cnf 99999999999 1\n1 0\n", "3 1 -99999999999 0\n", "p wcnf 100001 1 9\n9 1 0\n"]
)
def test_more_variables_than_can_be_searched_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"line 1: \d+ variables are more than the 100000 that can be searched"
    ):
        read_formula(write(tmp_path, text))
