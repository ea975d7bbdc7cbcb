"""Amino acids, and the energies of contacts between them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ALPHABET = "ACDEFGHIKLMNPQRSTVWY"
"""The twenty amino acids by their letters; an amino acid's code is its place here."""


@cache
def contact_energies() -> NDArray[np.int32]:
    """Return the energies of Miyazawa and Jernigan between amino acids, `20 x 20`, in hundredths of RT.

    Whole numbers make sums exact, and equal on every machine (J. Mol. Biol. 256, 1996, Table 3, the upper
    triangle). All of them are negative.
    """
    table = json.loads(Path(__file__).with_name("mj1996.json").read_text(encoding="utf-8"))
    places = [table["order"].index(letter) for letter in ALPHABET]
    energies = np.rint(100.0 * np.array(table["matrix"])[np.ix_(places, places)]).astype(np.int32)
    energies.setflags(write=False)
    return energies


def encode(sequence: str) -> NDArray[np.int64]:
    """Return the codes of a sequence of letters; -1 for a letter of no amino acid."""
    return np.array([ALPHABET.find(letter) for letter in sequence], dtype=np.int64)
