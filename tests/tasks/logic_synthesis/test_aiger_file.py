"""Tests of `tasks.logic_synthesis.aiger_file`."""

from __future__ import annotations

from pathlib import Path

import pytest

from hebo.errors import DataError
from tasks.logic_synthesis.aig_rewriting import AIGRewriting
from tasks.logic_synthesis.aiger_file import check_aiger
from tasks.logic_synthesis.circuits import load_circuit
from tasks.logic_synthesis.generators import GENERATORS
from tasks.logic_synthesis.logic_synthesis import LogicSynthesis

CTRL = load_circuit("ctrl").contents


@pytest.mark.parametrize("name", ["adder", "cavlc", "ctrl", "int2float", "priority", "router"])
def test_the_circuits_that_come_along_are_whole(name: str) -> None:
    check_aiger(load_circuit(name).contents, name)


@pytest.mark.parametrize("family", GENERATORS)
def test_the_circuits_that_are_built_are_whole(family: str) -> None:
    check_aiger(GENERATORS[family](3).to_aiger(), family)


@pytest.mark.parametrize("tail", [b"c\nmade by hand\n", b"i0 x\no0 z\nc\n"])
def test_names_and_comments_may_follow(tail: bytes) -> None:
    check_aiger(GENERATORS["adder"](2).to_aiger() + tail, "adder")


@pytest.mark.parametrize("place", range(1, len(CTRL), 17))
def test_a_file_that_is_cut_off_anywhere_is_refused(place: int) -> None:
    # The symbols at the end may be missing, and no more than these.
    end = CTRL.find(b"i0 ")
    if place >= end > 0:
        check_aiger(CTRL[:place], "x.aig")
        return
    with pytest.raises(DataError, match=r"'x\.aig': (no binary AIGER|output|the file ends after)"):
        check_aiger(CTRL[:place], "x.aig")


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"hello", "no binary AIGER file"),
        (b"aag 3 2 0 1 1\n2\n4\n6\n6 4 2\n", "no binary AIGER file"),
        (b"aig 2 1 1 1 0\n4\n2\n", "announces latches"),
        (b"aig 1 1 0 0 0 1\n2\n", "announces latches or properties"),
        (b"aig 9 2 0 1 1\n6\n\x02\x02", "announces 9 variables, but inputs and ands are 3"),
        (b"aig 3 2 0 1 1\n8\n\x02\x02", "output 1 of 1 is no literal"),
        (b"aig 3 2 0 1 1\n6\n\x05\x05", "gate 1 of 1 is not made of earlier ones"),
        (b"aig 3 2 0 1 1\n6\n\x00\x02", "gate 1 of 1 is not made of earlier ones"),
        (b"aig 3 2 0 1 1\n6\n\x02\x82", "the file ends after 0 of 1 gates"),
    ],
)
def test_what_is_no_file_of_gates_is_refused(contents: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_aiger(contents, "x.aig")


def test_half_a_file_is_refused_when_the_circuit_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "half.aig"
    path.write_bytes(CTRL[:200])
    for task in (LogicSynthesis, AIGRewriting):
        with pytest.raises(
            ValueError, match=r"half\.aig': the file ends after \d+ of 174 gates; it is cut off"
        ):
            _ = task(circuit=str(path)).name
