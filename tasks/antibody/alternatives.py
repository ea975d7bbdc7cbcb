"""What counts where a structure has alternatives: residues at one number, atoms in several places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hebo.errors import DataError

Points = NDArray[np.float64]

_COMMON = "\0"
"""The label of atoms that all conformers share, as gemmi has it."""

_DIGITS = 6
"""Occupancies are single precision numbers: sums that differ by less are equal."""


def occupancy(residue: Any) -> float:
    """Return the mean over the atoms of a residue of the sum over their places.

    A sum over atoms would prefer the residue with more of them.
    """
    totals: dict[str, float] = defaultdict(float)
    for atom in residue:
        totals[atom.name] += atom.occ
    return round(sum(totals.values()) / len(totals), _DIGITS) if totals else 0.0


def most_occupied(residues: Sequence[Any]) -> Any:
    """Return the most occupied of residues that share a number; of equals the first."""
    return max(residues, key=occupancy)


def conformer(residue: Any, label: str) -> dict[str, Points]:
    """Return the atoms of the conformer with the highest total occupancy; of equals the first.

    Atoms that it lacks come from the others, the more occupied ones first.

    Args:
        residue: Its atoms have the names of conformers, or none.
        label: Of the residue, for messages.

    Raises:
        DataError: If a conformer has an atom twice, or an atom is nowhere.
    """
    found: dict[str, Points] = {}
    for name in _ranked(residue, label):
        for atom in residue:
            if atom.altloc == name and atom.name not in found:
                found[atom.name] = _place(atom, label)
    return found


def _ranked(residue: Any, label: str) -> list[str]:
    """Return the names of the conformers, the most occupied one first, then that of common atoms."""
    conformers: dict[str, set[str]] = defaultdict(set)
    totals: dict[str, float] = defaultdict(float)
    names = [atom.name for atom in residue]
    for atom in residue:
        if atom.name in conformers[atom.altloc]:
            raise DataError(
                f"residue {label} has the atom '{atom.name}' twice; the residues of a chain need different "
                "numbers, and the places of an atom names of their own (alternate locations)."
            )
        conformers[atom.altloc].add(atom.name)
        # Common atoms are of no conformer, unless a conformer has another place for them.
        if atom.altloc != _COMMON or names.count(atom.name) > 1:
            totals[atom.altloc] += atom.occ
    ranked = sorted(totals, key=lambda name: -round(totals[name], _DIGITS))
    return ranked if _COMMON in totals else [*ranked, _COMMON]


def _place(atom: Any, label: str) -> Points:
    place = np.array(list(atom.pos), dtype=np.float64)
    if not np.isfinite(place).all():
        raise DataError(f"residue {label}: the atom '{atom.name}' has no coordinates; correct or delete it.")
    return place
