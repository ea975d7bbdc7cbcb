"""Tests of `hebo.design_space.tables.inference`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.inference import MAX_CATEGORIES, complete
from hebo.errors import DataError, SpaceError

TABLE = pd.DataFrame(
    {
        "flag": [True, False, True],
        "n": [3, 1, 2],
        "x": [0.5, 2.0, 1.0],
        "whole": [1.0, 4.0, 2.0],
        "solvent": ["water", "dmso", "water"],
        "loop": ["CAR", "CAD", "CYR"],
        "nothing": [None, None, None],
        "ragged": ["CAR", "CARD", "C"],
    }
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("flag", {"type": "bool"}),
        ("n", {"type": "int", "lb": 1, "ub": 3}),
        ("x", {"type": "num", "lb": 0.5, "ub": 2}),
        ("whole", {"type": "int", "lb": 1, "ub": 4}),
        ("solvent", {"type": "cat", "categories": ["dmso", "water"]}),
        ("loop", {"type": "cat", "categories": ["CAD", "CAR", "CYR"]}),
    ],
)
def test_a_name_is_declared_as_its_column_looks(name: str, expected: dict[str, Any]) -> None:
    (found,) = complete([name], TABLE)
    assert found == {"name": name, **expected}
    assert DesignSpace().parse([found]).contains(DesignSpace().parse([found]).encode(TABLE[[name]])).all()


@pytest.mark.parametrize(
    ("draft", "added"),
    [
        ({"name": "loop", "type": "sequence"}, {"length": 3, "alphabet": "ACDRY"}),
        ({"name": "loop", "type": "sequence", "alphabet": "ACDEFRY"}, {"length": 3}),
        ({"name": "n", "type": "num"}, {"lb": 1, "ub": 3}),
        ({"name": "x", "type": "pow", "ub": 10}, {"lb": 0.5}),
        ({"name": "n", "type": "cat"}, {"categories": [1, 2, 3]}),
        ({"name": "solvent", "categories": ["water", "dmso", "ether"]}, {"type": "cat"}),
        ({"name": "x", "type": "num", "lb": 0, "ub": 5, "log": False}, {}),
        ({"name": "solvent", "type": "ordinal", "levels": ["water", "dmso"]}, {}),
    ],
)
def test_what_a_declaration_says_stays(draft: dict[str, Any], added: dict[str, Any]) -> None:
    before = dict(draft)
    assert complete([draft], TABLE) == [draft | added]
    assert draft == before


def test_values_of_numpy_and_missing_ones_are_seen_through() -> None:
    table = pd.DataFrame({"x": pd.Series([np.float32(0.5), None, np.nan, np.int64(2)], dtype=object)})
    assert complete(["x"], table) == [{"name": "x", "type": "num", "lb": 0.5, "ub": 2}]


@pytest.mark.parametrize(
    ("draft", "error", "message"),
    [
        ("solvant", DataError, "The column 'solvant' is missing; add it. Did you mean 'solvent'"),
        ("nothing", DataError, "The column 'nothing' is empty; fill it in"),
        ({"type": "num"}, SpaceError, "has no name; write the name of a column"),
        (7, SpaceError, "Parameter 7 has no name"),
        ({"name": "solvent", "type": "num"}, SpaceError, "'water' is not a number, as `type: num` needs"),
        ({"name": "ragged", "type": "sequence"}, SpaceError, "'CARD' is not a text of 3 letters .* pad"),
        ({"name": "n", "type": "sequence"}, SpaceError, "row 0, column 'n': 3 is not a text"),
    ],
)
def test_what_a_column_cannot_complete_is_refused(draft: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        complete([draft], TABLE)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, 2, "x"], "row 2, column 'c': 'x' is no number, unlike 2 other cells; correct it, or declare"),
        (["x", "y", 1], "row 2, column 'c': 1 is a number, unlike 2 other cells"),
        ([True, False, "x"], "row 2, column 'c': 'x' is no truth value, unlike 2"),
        ([True, 1, 2], "row 0, column 'c': True is a truth value, unlike 2"),
    ],
)
def test_one_odd_cell_does_not_make_another_type_of_a_column(values: list[Any], message: str) -> None:
    table = pd.DataFrame({"c": pd.Series(values, dtype=object)})
    with pytest.raises(DataError, match=message):
        complete(["c"], table)
    assert complete([{"name": "c", "type": "cat"}], table)[0]["type"] == "cat"


def test_many_different_texts_are_not_taken_for_categories() -> None:
    table = pd.DataFrame({"loop": [f"L{i:03}" for i in range(MAX_CATEGORIES + 1)]})
    with pytest.raises(SpaceError, match=r"101 different texts, such as 'L000', .* write `type: sequence`"):
        complete(["loop"], table)
    (few,) = complete(["loop"], table[:-1])
    assert few["type"] == "cat"
    (wanted,) = complete([{"name": "loop", "type": "cat"}], table)
    assert len(wanted["categories"]) == MAX_CATEGORIES + 1
