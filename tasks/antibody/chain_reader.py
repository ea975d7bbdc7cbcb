"""Reading a chain of a structure, as gemmi gives it, into residues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hebo.errors import DataError, MissingExtraError
from tasks.antibody.alternatives import conformer, most_occupied, occupancy
from tasks.antibody.energies import ALPHABET

Points = NDArray[np.float64]

_FARTHEST_BOND = 4.5
"""Angstrom between the alpha carbons of neighbors in a chain (3.8 as a rule); beyond this there is a gap."""

_LONGEST_PEPTIDE_BOND = 2.0
"""Angstrom between C and N (1.33 as a rule)."""

_MAX_NAMED = 12
"""Residues that a note about many of them names."""


@dataclass(frozen=True)
class Residue:
    """One residue.

    Attributes:
        label: Chain, name and number, for messages.
        letter: Of its amino acid; of that which a modified one was made from.
        atoms: Name -> coordinates in Angstrom, hydrogens left out.
        follows: Whether it is bonded to the one before it.
    """

    label: str
    letter: str
    atoms: Mapping[str, Points]
    follows: bool


@dataclass
class ChainReader:
    """Reads a chain; what it finds unusual is kept for `notes`."""

    chain: Any
    parents: Mapping[tuple[str, str], str]
    is_pdb: bool
    found: list[Residue] = field(default_factory=list)
    single_notes: list[str] = field(default_factory=list)
    in_several_places: list[str] = field(default_factory=list)
    not_occupied: list[str] = field(default_factory=list)

    def has_residues(self) -> bool:
        """Say whether there is one that stands for an amino acid."""
        return any(self._is_polymer(one) and self._letter(one) for one in self.chain)

    def read(self) -> list[Residue]:
        """Return the residues, one for each number, in the order of the numbers' first places."""
        places: dict[str, list[Any]] = {}
        for one in self.chain:
            places.setdefault(str(one.seqid), []).append(one)
        numbers = [*places.values()]
        for here, after in zip(numbers, [*numbers[1:], []], strict=True):
            self._read_place(here, after)
        return self.found

    def notes(self) -> list[str]:
        """Return what was read in a way that the reader should know."""
        several, empty = self.in_several_places, self.not_occupied
        found = [*self.single_notes]
        if several:
            found.append(
                f"{_named(several)} {_has(several)} atoms in several places, of which the most occupied are "
                "read"
            )
        if empty:
            found.append(f"{_named(empty)} {_has(empty)} no occupied atoms, and {_is(empty)} read as others")
        return found

    def _label(self, one: Any) -> str:
        return f"{self.chain.name} {one.name} {one.seqid}"

    def _letter(self, one: Any) -> str | None:
        """Return the letter of an amino acid, or of that which a modified one was made from."""
        names = one.name, self.parents.get((self.chain.name, str(one)), "")
        letters = (_tabulated(name) for name in names)
        return next((letter for letter in letters if letter is not None), None)

    def _is_polymer(self, one: Any) -> bool:
        """Say whether a residue is of the chain itself, by the file.

        TER ends a chain of a PDB file, but some programs write it at gaps: ATOM records go on.
        """
        if one.entity_type == import_gemmi().EntityType.Polymer:
            return True
        return self.is_pdb and one.het_flag == "A" and self._letter(one) is not None

    def _goes_on(self, one: Any) -> bool:
        """Say whether a residue beyond the end of a chain of a PDB file is bonded to the last one."""
        if not (self.is_pdb and self.found and self._letter(one)):
            return False
        before, after = self.found[-1].atoms, conformer(one, self._label(one))
        return "C" in before and "N" in after and _distance(before["C"], after["N"]) <= _LONGEST_PEPTIDE_BOND

    def _is_alone(self, one: Any, after: Sequence[Any]) -> bool:
        """Say whether this is an ordinary amino acid in HETATM records with a bond to neither side.

        Whatever a file says of its chains, such a one is bound to a protein and not a part of it.
        """
        if one.het_flag != "H" or not _is_ordinary(one.name):
            return False
        own = conformer(one, self._label(one))
        behind = [conformer(other, self._label(other)) for other in after if self._letter(other)]
        before = [self.found[-1].atoms] if self.found else []
        pairs = [*((atoms, own) for atoms in before), *((own, atoms) for atoms in behind)]
        return not any(a and b and _are_bonded(a, b) for a, b in pairs)

    def _read_place(self, here: Sequence[Any], after: Sequence[Any]) -> None:
        """Read what stands at one number, with what stands at the next one."""
        members = []
        for one in here:
            if (self._is_polymer(one) or self._goes_on(one)) and not self._is_alone(one, after):
                members.append(one)
            elif self._letter(one):
                self.single_notes.append(f"{self._label(one)} is left out, as it is no part of the chain")
        if members:
            self._check_one_place(members)
            self._read_residue(most_occupied(members), members)

    def _check_one_place(self, members: Sequence[Any]) -> None:
        """Refuse residues that share a number but not a place."""
        places = [(self._label(one), conformer(one, self._label(one)).get("CA")) for one in members]
        (first, place), *others = [(label, place) for label, place in places if place is not None] or places
        for label, other in others:
            if place is not None and other is not None and _distance(place, other) > _FARTHEST_BOND:
                raise DataError(
                    f"residues {first} and {label} have one number and are {_distance(place, other):.1f} "
                    "Angstrom apart; number the residues of a chain once."
                )

    def _read_residue(self, one: Any, members: Sequence[Any]) -> None:
        label, letter = self._label(one), self._letter(one)
        if len(members) > 1:
            shares = ", ".join(f"{other.name} {occupancy(other):.2f}" for other in members)
            self.single_notes.append(f"{label} is read, the most occupied at its number ({shares})")
        atoms = conformer(one, label)
        if letter is None:
            self.single_notes.append(
                f"{label} is left out, as it stands for none of the twenty amino acids that is known"
            )
        elif not atoms:
            self.single_notes.append(f"{label} is left out, as it has no atoms but hydrogens")
        else:
            self._add(one, label, letter, atoms)

    def _add(self, one: Any, label: str, letter: str, atoms: Mapping[str, Points]) -> None:
        if not _is_ordinary(one.name):
            self.single_notes.append(f"{label} counts as {letter}")
        if len(atoms) < len(one):
            self.in_several_places.append(label)
        if occupancy(one) == 0.0:
            self.not_occupied.append(label)
        follows = bool(self.found) and _are_bonded(self.found[-1].atoms, atoms)
        if self.found and not follows:
            self.single_notes.append(f"there is a gap between {self.found[-1].label} and {label}")
        self.found.append(Residue(label, letter, atoms, follows))


def _tabulated(name: str) -> str | None:
    """Return the letter of a residue that is known by its name; None if it is none of the twenty."""
    kind = import_gemmi().find_tabulated_residue(name)
    letter = str(kind.one_letter_code).upper()
    return letter if kind.is_amino_acid() and letter in ALPHABET else None


def _is_ordinary(name: str) -> bool:
    """Say whether a residue is one of the twenty, as it is."""
    return _tabulated(name) is not None and bool(import_gemmi().find_tabulated_residue(name).is_standard())


def _are_bonded(before: Mapping[str, Points], after: Mapping[str, Points]) -> bool:
    """Judge by the alpha carbons, or where one is missing by the atoms that are next to each other."""
    if "CA" in before and "CA" in after:
        return _distance(before["CA"], after["CA"]) <= _FARTHEST_BOND
    return min(_distance(a, b) for a in before.values() for b in after.values()) <= _FARTHEST_BOND


def _distance(a: Points, b: Points) -> float:
    return float(np.linalg.norm(a - b))


def _named(labels: Sequence[str]) -> str:
    more = len(labels) - _MAX_NAMED
    return ", ".join(labels[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def _has(labels: Sequence[str]) -> str:
    return "has" if len(labels) == 1 else "have"


def _is(labels: Sequence[str]) -> str:
    return "is" if len(labels) == 1 else "are"


def import_gemmi() -> ModuleType:
    """Return the package that reads structures.

    Raises:
        MissingExtraError: If it is not installed.
    """
    try:
        return import_module("gemmi")
    except ModuleNotFoundError as error:
        if error.name != "gemmi":
            raise
        raise MissingExtraError("gemmi", "antibody") from None
