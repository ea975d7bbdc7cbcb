"""Tests of `tasks.antibody.developability`."""

from __future__ import annotations

import numpy as np
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


@pytest.mark.parametrize("length", [3, 5, 11])
def test_tables_are_judged_as_texts_are(length: int) -> None:
    letters = np.random.default_rng(length).choice(list("NSTPAKD"), size=(2000, length))
    letters[:500] = np.random.default_rng(0).choice(list("AAAAAAAK"), size=(500, length))
    frame = pd.DataFrame(letters.astype(object))
    expected = [not problems("".join(row)) for row in letters]
    assert is_developable(frame).tolist() == expected
    assert len(set(expected)) == 2
