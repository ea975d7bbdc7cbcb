"""Tests of `tasks.antibody.developability`."""

from __future__ import annotations

import pandas as pd
import pytest

from tasks.antibody.developability import charge, is_developable, problems


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [("ACGT", 0.0), ("RKH", 2.1), ("DDE", -3.0), ("RRDE", 0.0), ("HHHHH", 0.5)],
)
def test_charge_counts_charged_residues(sequence: str, expected: float) -> None:
    assert charge(sequence) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ("ARKDEACGTYW", []),
        ("RKAAAAAAAYW", ["A more than five times in a row"]),
        ("RRKAAYYAAYW", ["net charge +3.0, beyond 2"]),
        ("RRAAYYAAYWY", []),
        ("ACNGTAAYYWW", ["glycosylation motif NGTA at place 3"]),
        ("ACNPTAAYYWW", []),
        ("ACNGTPAYYWW", []),
        ("ACDEFGHINGT", []),  # nothing follows
        (
            "NASADDDDDDY",
            [
                "net charge -6.0, beyond 2",
                "glycosylation motif NASA at place 1",
                "D more than five times in a row",
            ],
        ),
    ],
)
def test_rules_name_what_is_wrong(sequence: str, expected: list[str]) -> None:
    assert problems(sequence) == expected


def test_a_table_of_letters_is_judged_by_row() -> None:
    frame = pd.DataFrame([list("RRKA"), list("ACGT")])
    assert is_developable(frame).tolist() == [False, True]
