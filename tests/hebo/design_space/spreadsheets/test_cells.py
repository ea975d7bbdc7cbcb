"""Tests of `hebo.design_space.spreadsheets.cells`."""

from __future__ import annotations

import math
from typing import Any

import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.spreadsheets.cells import Cells, cell, read_measured, read_number
from hebo.errors import DataError, SpaceError


def cells(*, short: bool = False, **definition: Any) -> Cells:
    return Cells(DesignSpace().parse([{"name": "p", **definition}]).parameters["p"], short=short)


@pytest.mark.parametrize(
    ("definition", "text", "value"),
    [
        ({"type": "num", "lb": 0, "ub": 9}, "1e-3", 1e-3),
        ({"type": "num", "lb": 0, "ub": 9}, " +.5 ", 0.5),
        ({"type": "int", "lb": 0, "ub": 10**6}, "12", 12),
        ({"type": "bool"}, "TRUE", True),
        ({"type": "cat", "categories": ["Red", "blue"]}, "red", "Red"),
        ({"type": "cat", "categories": ["a", "A"]}, "A", "A"),
        ({"type": "cat", "categories": [1, "1.0"]}, "1.0", "1.0"),
        ({"type": "cat", "categories": [1, 2]}, "1.0", 1),
        ({"type": "ordinal", "levels": [1, 2, 4]}, "4.0", 4),
        ({"type": "int", "lb": 0, "ub": 9}, "3.0", 3),
        ({"type": "cat", "categories": ["01", "x"]}, "1", "01"),
        ({"type": "cat", "categories": ["1e3", "x"]}, "1.00E+03", "1e3"),
        ({"type": "permutation", "length": 3}, "[2, 0, 1]", [2, 0, 1]),
        ({"type": "sequence", "alphabet": "01", "length": 3}, "011", "011"),
        ({"type": "sequence", "alphabet": "ACDEFG", "length": 9}, "AAACCCDDD", "AAACCCDDD"),
        ({"type": "num", "lb": 0, "ub": 9}, "", None),
        ({"type": "cat", "categories": ["", "x"]}, " ", ""),
        ({"type": "cat", "categories": ["", None]}, "", None),
    ],
)
def test_a_text_is_read_as_the_value_it_stands_for(definition: Any, text: str, value: Any) -> None:
    found = cells(**definition).read("here", text)
    assert (found, type(found)) == (value, type(value))


CATEGORIES: list[Any] = [
    *[
        " MeOH",
        "MeCN ",
        "",
        "nan",
        "NA",
        "None",
        "null",
        "true",
        "True",
        "1.0",
        "01",
        "1",
        "1e3",
        "2024-01-01",
    ],
    *[
        "=x",
        "-ACD",
        "@a",
        "a",
        "A",
        "a ",
        "x,y",
        "x;y",
        "t\tab",
        'q"uote',
        '"',
        '""',
        "two\nlines",
        "\0",
        "é",
    ],
    *["0,5", "1/2", "MARCH1", "[1, 2]", True, 1, 2, 0.5, None, [1, 2], [1, "2"], "\U0001f600"],
]


@pytest.mark.parametrize("value", CATEGORIES, ids=map(repr, CATEGORIES))
def test_every_category_comes_back_as_it_was(value: Any) -> None:
    one = cells(type="cat", categories=CATEGORIES)
    text = cell(one.write(value))
    found = one.read("here", text)
    assert (found, type(found)) == (value, type(value))
    assert one.is_same(text, value)
    # It is taken for no other category, but for those that programs empty.
    assert [other for other in CATEGORIES if one.is_same(text, other)] == (
        [value] if value is not None else ["nan", "NA", "None", "null", None]
    )


def test_values_that_look_the_same_are_refused() -> None:
    with pytest.raises(SpaceError, match=r"\(1, 2\) and \[1, 2\] look the same in a table; replace one"):
        cells(type="cat", categories=[(1, 2), [1, 2]])


def test_a_text_for_several_values_is_refused() -> None:
    with pytest.raises(DataError, match=r"here: .1\.00. may be .01. or .1.; write .* as .01. or .1.\."):
        cells(type="cat", categories=["01", "1"]).read("here", "1.00")


@pytest.mark.parametrize("text", ["0,5", "1_000", "1 000", "nan", "0x10", "٣", "5%", "<1", "1e999"])
def test_what_is_no_number_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(DataError, match=r"there: .* is not a number; write 1\.5, with a point"):
        cells(type="num", lb=0, ub=1).read("there", text)
    with pytest.raises(DataError, match=r"there: .* is not a number"):
        read_measured("there", "-" + text)


def test_a_decimal_comma_is_read_where_it_is_one() -> None:
    assert cells(type="num", lb=0, ub=1).read("there", "0,5", decimal_comma=True) == 0.5
    assert cells(type="cat", categories=[0.5, "x"]).read("there", "0,5", decimal_comma=True) == 0.5
    assert cells(type="cat", categories=["0,5", "x"]).read("there", "0,5", decimal_comma=True) == "0,5"
    assert read_measured("there", "-1,5e3", decimal_comma=True) == -1500
    assert read_number("1.234,5", decimal_comma=True) is None
    assert read_number("1,234,567", decimal_comma=True) is None


@pytest.mark.parametrize("text", ["failed", "FAILED", " nan", "inf", "infeasible"])
def test_a_failure_has_no_value(text: str) -> None:
    assert math.isnan(read_measured("here", text))


@pytest.mark.parametrize(
    ("definition", "value", "shown"),
    [
        ({"type": "num", "lb": 0, "ub": 100}, 68.84680271174437, "68.8468"),
        ({"type": "num", "lb": 0, "ub": 100}, 0.5, "0.5"),
        ({"type": "pow", "lb": 1e-8, "ub": 1e3}, 1.23456789e-5, "1.23457e-05"),
        ({"type": "num", "lb": 0, "ub": 1, "step": 1 / 3}, 1 / 3, "0.3333333333333333"),
        # never beyond a bound
        ({"type": "num", "lb": 0, "ub": 0.123456789}, 0.123456789, "0.123456"),
        ({"type": "num", "lb": -0.123456789, "ub": 1}, -0.123456789, "-0.123456"),
        # six digits would all be the same number
        ({"type": "num", "lb": 1e6, "ub": 1e6 + 1}, 1e6 + 0.3123456789, "1000000.312"),
        ({"type": "num", "lb": 0.1 + 0.2, "ub": 0.1 + 0.2}, 0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_numbers_are_as_long_as_a_laboratory_needs(definition: Any, value: float, shown: str) -> None:
    one = cells(short=True, **definition)
    assert cell(one.write(value)) == shown
    assert one.is_same(shown, value)


@pytest.mark.parametrize(
    ("definition", "value", "text", "is_same"),
    [
        ({"type": "num", "lb": 0, "ub": 100}, 68.84680271174437, "68.84680271174437", True),
        ({"type": "num", "lb": 0, "ub": 100}, 68.84680271174437, "68.84680", True),
        ({"type": "num", "lb": 0, "ub": 100}, 68.84680271174437, "68.8", False),
        ({"type": "num", "lb": 0, "ub": 100}, 68.84680271174437, "high", False),
        ({"type": "int", "lb": 1, "ub": 10**9}, 5, "6", False),
        ({"type": "int", "lb": 1, "ub": 10**9}, 5, "5.0", True),
        ({"type": "bool"}, True, "TRUE", True),
        ({"type": "bool"}, True, "false", False),
        ({"type": "cat", "categories": ["NA", "K"]}, "NA", "", True),
        ({"type": "cat", "categories": ["Na", "K"]}, "K", "", False),
        ({"type": "cat", "categories": ["NA", None, ""]}, "NA", "", True),
        ({"type": "sequence", "alphabet": "01", "length": 4}, "0011", "11", True),
        ({"type": "sequence", "alphabet": "01", "length": 4}, "0011", "0111", False),
        ({"type": "sequence", "alphabet": "01", "length": 22}, "01" * 11, "1.01010101010101E+20", True),
    ],
)
def test_what_programs_do_to_cells_is_told_from_another_value(
    definition: Any, value: Any, text: str, is_same: bool
) -> None:
    assert cells(short=True, **definition).is_same(text, value) is is_same


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), ("a b", "a b"), (0.1, "0.1"), (True, "true"), ([1, "a"], '[1, "a"]')]
)
def test_a_cell_is_what_people_would_write(value: Any, text: str) -> None:
    assert cell(value) == text
