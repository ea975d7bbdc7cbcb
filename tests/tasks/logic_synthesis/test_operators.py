"""Tests of `tasks.logic_synthesis.operators`."""

from __future__ import annotations

import pytest

from hebo.errors import EvaluationError
from tasks.logic_synthesis.operators import ALPHABETS, OPERATORS, Mapped, command, parse, script

LINE = "c : i/o = 60/ 30  lat = 0  nd =  {}  edge =  283  aig  =  268  lev = {}\n"


def test_alphabets_have_the_published_sizes() -> None:
    assert {name: len(alphabet) for name, alphabet in ALPHABETS.items()} == {
        "boils": 11,
        "standard": 7,
        "mcbo": 10,
    }
    assert all(set(alphabet) <= set(OPERATORS) for alphabet in ALPHABETS.values())


def test_flags_go_to_the_operator_itself() -> None:
    assert command("rewrite -z") == "rewrite -z"
    assert command("rewrite -z", " -l") == "rewrite -z -l"
    assert command("&sopb", " -C 8") == "&get -n; &sopb -C 8; &put"


def test_a_script_maps_once_or_after_every_operator() -> None:
    once = script(["rewrite", "balance"], ".aig", lut_inputs=4, every=False, prove=True)
    assert once == "read circuit.aig; strash; rewrite; balance; if -K 4; print_stats; cec circuit.aig"
    every = script(["rewrite"], ".blif", lut_inputs=6, every=True, prove=False)
    assert every == (
        "read circuit.blif; strash; backup; if -K 6; print_stats; restore; rewrite; if -K 6; print_stats"
    )
    proved = script(["rewrite"], ".aig", lut_inputs=6, every=True, prove=True)
    assert proved.count("print_stats; cec circuit.aig") == 2


def test_figures_are_read_from_what_is_printed() -> None:
    proof = "Networks are equivalent.  Time = 0.1 sec\n"
    text = "noise\n" + LINE.format(91, 11) + proof + LINE.format(84, 5) + proof
    assert parse(text, n_mapped=2, prove=True) == [Mapped(91, 11), Mapped(84, 5)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "printed 0 of 1 lines of figures, and nothing else"),
        ("Error: Empty network.\n", "printed 0 of 1 lines of figures; it said 'Error: Empty network.'"),
        (LINE.format(1, 1) * 2, "printed 2 of 1 lines"),
        (
            LINE.format(1, 1) + "Networks are NOT EQUIVALENT.",
            "could not prove .*'Networks are NOT EQUIVALENT.'",
        ),
    ],
)
def test_what_is_not_there_is_a_failure(text: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        parse(text, n_mapped=1, prove=True)


def test_each_figure_needs_its_proof() -> None:
    text = LINE.format(91, 11) + LINE.format(84, 5) + "Networks are equivalent.\n"
    with pytest.raises(EvaluationError, match="could not prove a result equivalent"):
        parse(text, n_mapped=2, prove=True)
