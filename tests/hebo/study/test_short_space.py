from __future__ import annotations

from typing import Any

import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.errors import SpaceError
from hebo.study.short_space import space_of


@pytest.mark.parametrize(
    ("form", "definition"),
    [
        ((1.0, 9.0), {"type": "num", "lb": 1.0, "ub": 9.0}),
        ((1, 9), {"type": "int", "lb": 1, "ub": 9}),
        ((1, 9.5), {"type": "num", "lb": 1, "ub": 9.5}),
        ((1e-5, 1e-1, "log"), {"type": "pow", "lb": 1e-5, "ub": 1e-1}),
        ((1, 1024, "log"), {"type": "pow_int", "lb": 1, "ub": 1024}),
        ((0.0, 1.0, 0.25), {"type": "num", "lb": 0.0, "ub": 1.0, "step": 0.25}),
        ((0, 64, 8), {"type": "step_int", "lb": 0, "ub": 64, "step": 8}),
        (["adam", "sgd"], {"type": "cat", "categories": ["adam", "sgd"]}),
        (bool, {"type": "bool"}),
        ({"type": "permutation", "length": 4}, {"type": "permutation", "length": 4}),
    ],
)
def test_a_short_form_is_the_parameter_of_its_definition(form: Any, definition: dict[str, Any]) -> None:
    assert space_of({"a": form}) == DesignSpace().parse([{"name": "a", **definition}])


def test_a_space_and_a_list_of_definitions_stand_for_themselves() -> None:
    space = space_of([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
    assert space_of(space) is space


def test_input_constraints_come_along() -> None:
    rule = {"type": "linear", "coefficients": {"a": 1, "b": 1}, "ub": 1}
    space = space_of({"a": (0.0, 1.0), "b": (0.0, 1.0)}, [rule])
    assert len(space.constraints) == 1
    with pytest.raises(SpaceError, match="of its own"):
        space_of(space, [rule])


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ((1,), "is no range"),
        ((), "is no range"),
        (("adam", "sgd"), r"\['adam', 'sgd'\], for a choice"),
        ((0, 1, "exp"), "'exp' is no scale; write 'log'"),
        (3, "is no range and no list"),
        ("adam", "is no range and no list"),
        ((True, False), "is no range"),
        ((3, 1), "lb"),
        ((-1.0, 1.0, "log"), "lb"),
        ([], "categories"),
    ],
)
def test_what_is_no_short_form_is_refused_with_the_name(form: Any, message: str) -> None:
    with pytest.raises(SpaceError, match=f"a.*{message}"):
        space_of({"a": form})
