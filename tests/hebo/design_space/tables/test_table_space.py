"""Tests of `hebo.design_space.tables.table_space`."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.rules.constraints import register_constraint
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import DataError, SpaceError
from hebo.random import make_generator

PARAMETERS: list[dict[str, Any]] = [
    {"name": "t", "type": "num", "lb": 20, "ub": 120},
    {"name": "load", "type": "pow", "lb": 0.001, "ub": 0.1},
    {"name": "base", "type": "cat", "categories": ["K2CO3", "Et3N"]},
]
SPACE = DesignSpace().parse(PARAMETERS)
TABLE = pd.DataFrame(
    {
        "id": ["r1", "r2", "r3", "r4", "r5"],
        "base": ["Et3N", "K2CO3", "K2CO3", "Et3N", "Et3N"],
        "t": [40.0, 60.0, 80.0, 100.0, 40.0],
        "load": [0.01, 0.02, 0.03, 0.07, 0.05],
        "price": [1, 2, 3, 4, 5],
    }
)
LIBRARY = TableSpace(SPACE, TABLE)


def test_the_rows_are_the_candidates_and_other_columns_are_labels() -> None:
    pd.testing.assert_frame_equal(
        LIBRARY.decode(LIBRARY.rows.x), SPACE.decode(SPACE.encode(TABLE[["t", "load", "base"]]))
    )
    assert list(LIBRARY.labels.columns) == ["id", "price"]
    assert (LIBRARY.cardinality, LIBRARY.names) == (5, ["t", "load", "base"])
    assert LIBRARY.parameter_space is SPACE
    assert SPACE.parameter_space is SPACE


def test_as_a_domain_it_knows_its_rows_alone() -> None:
    generator = make_generator(0)
    near = torch.tensor([[41.0, -2.0, 1.0], [119.0, -1.0, 0.0]], dtype=torch.float64)
    assert LIBRARY.decode(LIBRARY.project(near))["t"].tolist() == [40.0, 80.0]
    assert not LIBRARY.contains(near).any()
    assert SPACE.contains(near).all()
    every = LIBRARY.points(5)
    assert every is not None
    for x in (
        every,
        LIBRARY.sample(9, generator=generator),
        LIBRARY.neighbors(every[0], generator=generator),
    ):
        assert LIBRARY.contains(x).all()


def test_points_come_back_from_their_natural_values_as_rows() -> None:
    again = LIBRARY.encode(LIBRARY.decode(LIBRARY.sample(5, generator=make_generator(1))))
    assert LIBRARY.contains(again).all()


def test_labels_of_points_are_found_and_are_none_off_the_table() -> None:
    x = torch.cat([LIBRARY.rows.x[[3, 0]], SPACE.sample(1, generator=make_generator(0))])
    assert LIBRARY.labels_of(x).to_dict("list") == {"id": ["r4", "r1", None], "price": [4, 1, None]}


def test_fixed_values_choose_rows() -> None:
    rows = LIBRARY.fix({"t": 40, "base": "Et3N"})
    assert LIBRARY.labels_of(rows.x)["id"].tolist() == ["r1", "r5"]
    assert rows.bounds[:, 0].tolist() == [40.0, 40.0]
    with pytest.raises(DataError, match=r"No candidate has \{'t': 41\}; fix other values"):
        LIBRARY.fix({"t": 41})
    with pytest.raises(DataError, match="no such parameter"):
        LIBRARY.fix({"temperature": 40})


def test_candidates_that_break_a_constraint_count_as_absent() -> None:
    register_constraint("not hot with amine", lambda frame: (frame["base"] != "Et3N") | (frame["t"] < 90))
    rules = [
        {"type": "linear", "coefficients": {"t": 1.0}, "lb": 50},
        {"type": "function", "name": "not hot with amine"},
    ]
    space = TableSpace(DesignSpace().parse(PARAMETERS, constraints=rules), TABLE)
    assert space.labels_of(space.rows.x)["id"].tolist() == ["r2", "r3"]
    assert space.contains(LIBRARY.rows.x).tolist() == [False, True, True, False, False]
    rules[0]["lb"] = 110
    with pytest.raises(SpaceError, match="None of 5 candidates keeps the constraint"):
        TableSpace(DesignSpace().parse(PARAMETERS, constraints=rules), TABLE)


def test_remaining_rows_are_those_not_seen_and_too_few_are_refused() -> None:
    x = LIBRARY.rows.x
    assert LIBRARY.domain_for(2, x[:3], {}).x.equal(x[3:])
    assert LIBRARY.domain_for(1, x[:3], {"t": 40}).x.equal(x[4:])
    with pytest.raises(DataError, match="2 of 5 candidates are left, 3 were asked for; ask for 2 at most"):
        LIBRARY.domain_for(3, x[:3], {})
    with pytest.raises(DataError, match=r"0 of 2 candidates with \{'t': 40\} are left.*at its end"):
        LIBRARY.domain_for(1, x, {"t": 40})
    assert TableSpace(SPACE, TABLE, repeats=True).domain_for(3, x[:3], {}).x.equal(x)


def test_what_optimizers_ask_of_a_space_is_answered_with_and_without_a_table() -> None:
    x = LIBRARY.rows.x
    assert (SPACE.is_listed, LIBRARY.is_listed) == (False, True)
    assert (SPACE.max_points, LIBRARY.max_points) == (None, 5)
    assert TableSpace(SPACE, TABLE, repeats=True).max_points is None
    assert (SPACE.label_names, LIBRARY.label_names) == ([], ["id", "price"])
    assert SPACE.labels_of(x).shape == (5, 0)
    assert SPACE.domain_for(1, x, {}) is SPACE
    assert SPACE.domain_for(1, x, {"t": 40.0}).bounds[:, 0].tolist() == [40.0, 40.0]


def test_told_values_near_a_candidate_mean_that_candidate() -> None:
    x = LIBRARY.rows.x.clone()
    x[1, 0] += 1e-5
    x[2, 0] += 1.0
    frame = LIBRARY.decode(x)
    points, is_row = LIBRARY.as_listed(x, LIBRARY.blur(frame, x), x[:0])
    assert is_row.tolist() == [True, True, False, True, True]
    assert points[1].equal(LIBRARY.rows.x[1])
    assert points[2].equal(x[2])
    known = x[1:2]
    assert LIBRARY.as_listed(x, LIBRARY.blur(frame, x), known)[0][1].equal(known[0])
    points, is_row = SPACE.as_listed(x, SPACE.blur(frame, x), known)
    assert points.equal(x)
    assert not is_row.any()


def test_rows_closer_than_rounding_have_keys_of_their_own() -> None:
    table = TABLE.assign(t=[40.0, 40.0 + 1e-11, 80.0, 100.0, 40.0], base="Et3N", load=0.01).iloc[:4]
    library = TableSpace(SPACE, table)
    x = library.rows.x
    assert len(library.keys(x).unique(dim=0)) == 4
    assert library.keys(x).equal(library.rows.keys(x))
    assert len(SPACE.keys(x).unique(dim=0)) == 3
    assert len(library.keys(torch.cat([x, x[:1] + 5.0, x[:1] + 6.0])).unique(dim=0)) == 6


def test_copies_and_json_are_the_same_space_and_a_shorter_table_is_another() -> None:
    assert pickle.loads(pickle.dumps(LIBRARY)) == copy.deepcopy(LIBRARY) == LIBRARY
    again = TableSpace.from_json(json.loads(json.dumps(LIBRARY.to_json())))
    assert again == LIBRARY
    assert again.labels.to_dict("list") == LIBRARY.labels.to_dict("list")
    for other in (TableSpace(SPACE, TABLE[:4]), TableSpace(SPACE, TABLE, repeats=True), SPACE):
        assert not other == LIBRARY  # noqa: SIM201  # either operand may be the one that is asked
        assert not LIBRARY == other  # noqa: SIM201, SIM300
    assert "5 candidates" in repr(LIBRARY)


def test_inactive_parameters_need_no_value() -> None:
    space = DesignSpace().parse(
        [PARAMETERS[2], {"name": "eq", "type": "num", "lb": 0, "ub": 1, "active_if": {"base": ["Et3N"]}}]
    )
    table = pd.DataFrame({"base": ["K2CO3", "Et3N"], "eq": [None, 0.5]})
    assert TableSpace(space, table).cardinality == 2
    with pytest.raises(DataError, match=r"Row 1, parameter 'eq'.*missing"):
        TableSpace(space, table.assign(eq=[0.1, None]))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (TABLE.drop(columns="t"), "Column 't' is missing"),
        (TABLE[:0], "has no rows"),
        (TABLE.assign(base="NaOH"), "Row 0, parameter 'base': 'NaOH' is not one of the known values"),
        (TABLE.assign(t="warm"), "Row 0, parameter 't': 'warm' is not a number"),
        (TABLE.assign(load=[0.1, 0.1, 0.1, 0.1, None]), "Row 4, parameter 'load'"),
        (TABLE.assign(t=500), "Row 0, parameter 't': 500 is outside"),
        (pd.concat([TABLE, TABLE[["price"]]], axis=1), "the column 'price' twice"),
        (pd.concat([TABLE, TABLE[1:2]], ignore_index=True), "'K2CO3'.* twice, in row 1 and row 5; drop one"),
        (TABLE.assign(t=40.0, load=0.01).rename_axis("line"), "twice, in line 1 and line 2"),
        (TABLE.to_dict("list"), "Expected a pandas DataFrame of candidates, got dict"),
    ],
)
def test_a_table_that_cannot_be_is_refused(table: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        TableSpace(SPACE, table)


def test_parameters_cannot_be_replaced_under_the_table() -> None:
    with pytest.raises(SpaceError, match="make another one"):
        copy.deepcopy(LIBRARY).parse(PARAMETERS)
    with pytest.raises(SpaceError, match="A table needs parameters"):
        TableSpace(DesignSpace(), TABLE)
    with pytest.raises(SpaceError, match="with 'candidates'"):
        TableSpace.from_json(SPACE.to_json())
