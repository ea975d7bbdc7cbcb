"""Ties broken as a program does that adds contacts up one by one, in floating-point numbers.

The energies of structures that tie in hundredths differ in their last bits if their contacts are added in
another order. A program that compares such sums keeps some of the structures only (that of Robert et al.,
2022, does); to get its energies, its order of addition is followed here.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tasks.antibody.antigen import Antigen
from tasks.antibody.energies import ALPHABET, contact_energies, encode
from tasks.antibody.lattice import STEPS, Sites, are_adjacent
from tasks.antibody.oracle import Oracle
from tasks.antibody.poses import walks_of

Code = tuple[tuple[tuple[int, str], ...], tuple[tuple[int, int], ...]]
"""Contacts of places of the loop with letters of the antigen, and contacts within the loop, in order."""


def ordered_energy(antigen: Antigen, oracle: Oracle, sequence: str) -> float:
    """Return the binding energy of a sequence, in RT, with ties as they come out of ordered addition.

    Contacts are added by antigen residue, then by place of the loop; those within the loop follow by places.
    Of the distinct codes of tied structures those count whose sum is the least to the last bit, and the
    energy is the mean of their bindings.
    """
    tied = oracle.best_profiles(encode(sequence))
    codes = {code_of(antigen, walk) for number in tied for walk in walks_of(antigen, oracle.profiles, number)}
    sums = [
        (
            _sum((sequence[i], letter) for i, letter in touched),
            _sum((sequence[i], sequence[j]) for i, j in own),
        )
        for touched, own in sorted(codes)
    ]
    least = min(bind + fold for bind, fold in sums)
    return float(np.mean([bind for bind, fold in sums if bind + fold == least]))


def code_of(antigen: Antigen, walk: Sites) -> Code:
    """Return the contacts of a walk, `L` sites, in the order in which they are added."""
    beside = antigen.residues[walk[:, None] + STEPS]
    touched = sorted(
        (int(residue), place) for place, row in enumerate(beside) for residue in row if residue >= 0
    )
    own = [
        (i, j)
        for i in range(len(walk))
        for j in range(i + 2, len(walk))
        if are_adjacent(walk[i : i + 1], walk[j : j + 1])[0]
    ]
    return tuple((place, antigen.sequence[residue]) for residue, place in touched), tuple(own)


def _sum(pairs: Iterable[tuple[str, str]]) -> float:
    total = 0.0
    for a, b in pairs:
        total += float(contact_energies()[ALPHABET.index(a), ALPHABET.index(b)]) / 100.0
    return total
