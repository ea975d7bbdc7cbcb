"""Tests of `tasks.antibody.ties`, and of means over structures, against enumeration by definition."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tasks.antibody.antigen import Antigen
from tasks.antibody.energies import ALPHABET
from tasks.antibody.grow import grown
from tasks.antibody.lattice import CENTER
from tasks.antibody.oracle import oracle
from tasks.antibody.profiles import profiles
from tasks.antibody.ties import code_of, ordered_energy
from tests.tasks.antibody.brute_force import Model, site
from tests.tasks.antibody.test_structures import TABLE, random_codes

ANTIGEN = grown(12, 0)
LENGTH, CONTACTS = 4, 3
WALKS = [[site(at) for at in walk] for walk in Model(ANTIGEN).walks(LENGTH, CONTACTS)]


def e(a: str, b: str) -> float:
    return TABLE[frozenset((a, b))] / 100.0


def by_definition(sequence: str) -> tuple[float, float, int]:
    """The ordered energy, the mean over structures, and the number of distinct sums that tie in hundredths."""
    sums, weighted, weights = {}, 0.0, 0.0
    for walk in WALKS:
        touched, own = code_of(ANTIGEN, np.array(walk, dtype=np.int32))
        bind = 0.0
        for place, letter in touched:
            bind += e(sequence[place], letter)
        fold = 0.0
        for i, j in own:
            fold += e(sequence[i], sequence[j])
        sums[touched, own] = (bind, fold)
        weights += math.exp(-bind - fold)
        weighted += math.exp(-bind - fold) * bind
    least = min(bind + fold for bind, fold in sums.values())
    kept = [bind for bind, fold in sums.values() if bind + fold == least]
    near = {bind + fold for bind, fold in sums.values() if bind + fold < least + 1e-6}
    return sum(kept) / len(kept), weighted / weights, len(near)


def test_energies_are_those_of_the_definition() -> None:
    docking = oracle(profiles(ANTIGEN, LENGTH, CONTACTS), "numpy")
    codes = random_codes(150, LENGTH)
    n_different = 0
    for row in codes:
        sequence = "".join(ALPHABET[code] for code in row)
        ordered, mean, n_sums = by_definition(sequence)
        assert ordered_energy(ANTIGEN, docking, sequence) == pytest.approx(ordered, abs=1e-12)
        assert docking.statistical(row[None])[0] == pytest.approx(mean, abs=1e-9)
        n_different += n_sums > 1
    assert n_different > 0  # else ties have not been tested


def test_contacts_are_in_the_order_of_the_antigens_residues() -> None:
    antigen = Antigen("two", (CENTER, CENTER + 2), "AK")
    walk = np.array([CENTER + 66, CENTER + 65, CENTER + 64, CENTER + 128], dtype=np.int32)
    touched, own = code_of(antigen, walk)
    assert touched == ((2, "A"), (0, "K"))
    assert own == ()
    square = np.array([CENTER + 64, CENTER + 65, CENTER + 129, CENTER + 128], dtype=np.int32)
    assert code_of(antigen, square)[1] == ((0, 3),)


def test_every_structure_is_counted() -> None:
    found = profiles(ANTIGEN, LENGTH, CONTACTS)
    assert found.counts.sum() == len(WALKS)
    assert (found.counts >= 1).all()
