"""Tests of `tasks.logic_synthesis.operator_parameters`."""

from __future__ import annotations

from typing import Any

import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.random import make_generator
from tasks.logic_synthesis.operator_parameters import FLAGS, Number, OperatorParameters, Switch
from tasks.logic_synthesis.operators import ALPHABETS, OPERATORS

PLACES = ["op1", "op2"]
MCBO = OperatorParameters(ALPHABETS["mcbo"], PLACES)


def space_of(parameters: OperatorParameters) -> DesignSpace:
    operators = [{"name": name, "type": "cat", "categories": list(parameters.alphabet)} for name in PLACES]
    return DesignSpace().parse([*operators, *parameters.definitions()])


def test_every_operator_has_flags_of_different_letters() -> None:
    assert set(FLAGS) == set(OPERATORS)
    for flags in FLAGS.values():
        assert len({one.letter for one in flags}) == len(flags) > 0


def test_the_parameters_of_mcbo_are_there() -> None:
    assert space_of(MCBO).names == [
        *PLACES,
        *("rewrite_l", "rewrite_z_l", "refactor_N", "refactor_l", "refactor_z_N", "refactor_z_l"),
        *("resub_K", "resub_N", "resub_l", "resub_z", "balance_l", "balance_d", "balance_s", "balance_x"),
        *("fraig_r", "sopb_C", "blut_C", "blut_a", "dsdb_C"),
    ]


def test_an_operator_of_its_own_is_no_parameter_of_another() -> None:
    names = space_of(OperatorParameters(ALPHABETS["boils"], PLACES)).names
    assert "resub_z" not in names
    assert {"resub_K", "resub_z_K", "resub_z_N", "resub_z_l"} <= set(names)


def test_parameters_are_active_while_any_place_holds_their_operator() -> None:
    space = space_of(MCBO)
    frame = space.decode(space.sample(200, generator=make_generator(0)))
    for definition in MCBO.definitions():
        operator = definition["active_if"][0]["op1"][0]
        held = (frame["op1"] == operator) | (frame["op2"] == operator)
        assert 0 < held.sum() < len(frame)
        assert (frame[definition["name"]].notna() == held).all()


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("rewrite -z", {"rewrite_z_l": True}, "rewrite -z -l"),
        ("rewrite", {"rewrite_l": False}, "rewrite"),
        ("refactor -z", {"refactor_z_N": 2, "refactor_z_l": True}, "refactor -z -N 2 -l"),
        (
            "resub",
            {"resub_K": 8, "resub_N": 0, "resub_l": False, "resub_z": True},
            "resub -K 8 -N 0 -z",
        ),
        (
            "balance",
            {"balance_l": True, "balance_d": False, "balance_s": True, "balance_x": True},
            "balance -l -s -x",
        ),
        ("&blut", {"blut_C": 1, "blut_a": True}, "&get -n; &blut -C 1 -a; &put"),
        ("&dsdb", {"dsdb_C": 100, "blut_C": None}, "&get -n; &dsdb -C 100; &put"),
    ],
)
def test_a_command_has_the_flags_of_its_operator(
    operator: str, values: dict[str, Any], expected: str
) -> None:
    assert MCBO.command(operator, values) == expected


def test_each_sequence_has_its_own_parameters() -> None:
    second = OperatorParameters(ALPHABETS["mcbo"], ["s2_op1"], "s2_")
    definition = second.definitions()[0]
    assert definition["name"] == "s2_rewrite_l"
    assert definition["active_if"] == [{"s2_op1": ["rewrite"]}]
    assert second.command("fraig", {"s2_fraig_r": True, "fraig_r": False}) == "fraig -r"


@pytest.mark.parametrize("value", [1, 16, True, 2.0, "2", "2; quit", None])
def test_a_number_that_abc_must_not_get_is_refused(value: Any) -> None:
    with pytest.raises(DataError, match=r"'refactor_N': -N is .*; give an integer from 2 to 15"):
        MCBO.command("refactor", {"refactor_N": value, "refactor_l": False})


@pytest.mark.parametrize("value", [0, 1, "True", " ; quit", None])
def test_a_switch_is_there_or_not(value: Any) -> None:
    with pytest.raises(DataError, match=r"'rewrite_l': -l is .*; give True or False"):
        MCBO.command("rewrite", {"rewrite_l": value})


def test_texts_are_made_of_letters_and_numbers_alone() -> None:
    assert [Switch("a").text(one) for one in (True, False)] == [" -a", ""]
    assert Number("C", 8, 100).text(12) == " -C 12"
