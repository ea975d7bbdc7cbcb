"""Tests of `tasks.logic_synthesis.reading`, with what ABC was heard to say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hebo.errors import DataError
from tasks.logic_synthesis.abc_process import ABC
from tasks.logic_synthesis.circuits import Circuit
from tasks.logic_synthesis.reading import check_reading

STATS = "top : i/o =    3/    2  lat =    0  nd =     4  edge =      4  cube =     2  lev = 2\n"
EMPTY = "Reading network from file has failed.\nError: Empty network.\n"
CIRCUIT = Circuit("half", b"anything", ".blif", "folder/half.blif")

Program = Callable[[str], Path]


def check(program: Program, says: str) -> None:
    check_reading(ABC(program(f"print({says!r}, end='')")), CIRCUIT)


@pytest.mark.parametrize(
    "says",
    [
        "",
        "Hierarchy reader flattened 7 instances of logic boxes and left 0 black boxes.\n",
        "Warning: The instance foo of network u1 will be connected without using formal names.\n",
        'Line 4: Skipping line ".default_input_arrival 0.00 0.00".\nLine 5: Skipping line ".area 3".\n',
        'Line 4: Skipping line ".wire_load_slope 0.1".\n',
    ],
)
def test_what_says_nothing_of_the_function_is_harmless(program: Program, says: str) -> None:
    check(program, says + STATS)


@pytest.mark.parametrize(
    "says",
    [
        'Warning: Constant-0 drivers added to 2 non-driven nets in network "m":\nz, q\n',
        "Warning: The design contains 1 undefined object types interpreted as blackboxes:\nfoo (1)\n",
        "Hierarchy reader converted 1 instances of blackboxes.\n",
        "Hierarchy reader flattened 7 instances of logic boxes and left 2 black boxes.\n",
        "Warning: The design has 2 root-level modules. The first one (m) will be used.\n",
        "Warning: The design has 2 root-level modules:  top top2\nThe first one (top) will be used.\n",
        "Warning: The design contains EXDC network.\n",
        'Warning: PO "y" appears twice in the list.\n',
        'Line 4: Skipping line ".conn a q".\n',
        'Line 4: Skipping line ".search other.blif".\n',
        'Line 4: Skipping line ".areas".\n',
        "something that no version has said so far\n",
    ],
)
def test_all_else_is_refused_in_the_words_of_abc(program: Program, says: str) -> None:
    with pytest.raises(
        DataError, match=r"'folder/half\.blif' is not read as it is written: ABC says"
    ) as caught:
        check(program, says + STATS)
    assert " ".join(says.split()) in " ".join(str(caught.value).split())


def test_a_harmless_line_hides_no_other(program: Program) -> None:
    with pytest.raises(DataError, match="converted 1 instances"):
        check(
            program,
            'Line 5: Skipping line ".area 3".\nHierarchy reader converted 1 instances of blackboxes.\n'
            + STATS,
        )


@pytest.mark.parametrize(
    ("says", "message"),
    [
        (
            f"Line 4: Cannot find the model for subcircuit foo.\n{EMPTY}",
            "cannot be read: ABC says 'Line 4: Cannot",
        ),
        (EMPTY, "cannot be read: ABC says 'Reading network from file has failed"),
        ("", "cannot be read: ABC says nothing"),
        (STATS.replace("lat =    0", "lat =    8"), "has 8 latches; only combinational circuits"),
        (STATS.replace("3/    2", "0/    2"), "has 0 inputs and 2 outputs; it needs both"),
        (STATS.replace("3/    2", "3/    0"), "has 3 inputs and 0 outputs; it needs both"),
    ],
)
def test_a_circuit_that_is_none_is_refused(program: Program, says: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        check(program, says)


def test_a_crash_is_a_refusal_with_the_last_words(program: Program) -> None:
    path = program("import os\nprint('Assertion failed', flush=True)\nos.abort()")
    with pytest.raises(
        DataError, match=r"'folder/half\.blif' cannot be read \(ABC ended with status -6.*Assertion"
    ):
        check_reading(ABC(path), CIRCUIT)
