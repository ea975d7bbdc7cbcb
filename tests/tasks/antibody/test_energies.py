"""Tests of `tasks.antibody.energies`."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.antibody.energies import ALPHABET, contact_energies, encode

# Of Miyazawa and Jernigan (1996), Table 3, in RT.
PUBLISHED = {"CC": -5.44, "LL": -7.37, "KK": -0.12, "MI": -6.02, "RF": -3.98}


@pytest.mark.parametrize("pair", PUBLISHED)
def test_energies_are_the_published_ones(pair: str) -> None:
    a, b = encode(pair)
    assert contact_energies()[a, b] == contact_energies()[b, a] == round(100 * PUBLISHED[pair])


def test_every_contact_attracts() -> None:
    assert contact_energies().shape == (20, 20)
    assert (contact_energies() < 0).all()
    assert (contact_energies() == contact_energies().T).all()


def test_letters_have_codes() -> None:
    assert encode(ALPHABET).tolist() == list(range(20))
    assert np.array_equal(encode("AXc"), [0, -1, -1])
