"""Reading the residues of a protein from a PDB or mmCIF file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hebo.errors import DataError, MissingExtraError
from tasks.antibody.energies import ALPHABET

Points = NDArray[np.float64]

SUFFIXES = (".pdb", ".ent", ".cif", ".mmcif")
SUGARS = frozenset({"NAG", "NDG", "BMA", "MAN", "FUC", "FUL", "GAL", "GLA", "BGC", "GLC", "SIA", "XYP"})
"""Names of the residues of sugars that proteins carry."""

_FARTHEST_BOND = 4.5
"""Angstrom between the alpha carbons of neighbours in a chain (3.8 as a rule); beyond this there is a gap."""


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


@dataclass(frozen=True)
class Protein:
    """What a file has of the chains that were asked for.

    Attributes:
        residues: In order.
        sugars: `n x 3` atoms of sugars, of all chains.
        notes: What was read in a way that the reader should know.
    """

    residues: tuple[Residue, ...]
    sugars: Points
    notes: tuple[str, ...]


def read_protein(path: Path, chains: Sequence[str] | None = None) -> Protein:
    """Return the protein in a file: its first model, of alternative places of an atom the most occupied.

    Args:
        path: A PDB or mmCIF file.
        chains: Which; by default the only one with amino acids.

    Raises:
        DataError: If there is no such file or chain, or it holds no amino acids.
        MissingExtraError: If gemmi is not installed.
    """
    if not path.is_file():
        raise DataError(f"There is no file {str(path)!r} (seen from {str(Path.cwd())!r}); correct the path.")
    gemmi = _gemmi()
    try:
        structure = gemmi.read_structure(str(path))
    except (RuntimeError, ValueError, OSError) as error:
        raise DataError(f"{path}: no PDB or mmCIF file ({error}); correct the file.") from error
    structure.remove_hydrogens()
    model = structure[0] if len(structure) else ()
    notes = [f"the first of {len(structure)} models is read"] if len(structure) > 1 else []
    found = {chain.name: _residues(gemmi, chain, notes) for chain in model}
    wanted = _wanted(path, {name for name, residues in found.items() if residues}, chains)
    sugars = [list(atom.pos) for chain in model for one in chain if one.name in SUGARS for atom in one]
    return Protein(
        tuple(residue for name in wanted for residue in found[name]),
        np.array(sugars, dtype=np.float64).reshape(-1, 3),
        tuple(notes),
    )


def _wanted(path: Path, known: set[str], chains: Sequence[str] | None) -> list[str]:
    if not known:
        raise DataError(
            f"{path}: no chain has amino acids; expected ATOM records (PDB) or an _atom_site table (mmCIF)."
        )
    if chains is None:
        if len(known) > 1:
            raise DataError(
                f"{path}: there are the chains {', '.join(sorted(known))}; name those of the antigen."
            )
        return [*known]
    for name in chains:
        if name not in known:
            raise DataError(f"{path}: there is no chain {name!r}; those with amino acids: {sorted(known)}.")
    return [*chains]


def _residues(gemmi: ModuleType, chain: Any, notes: list[str]) -> list[Residue]:
    found: list[Residue] = []
    for one in chain:
        label = f"{chain.name} {one.name} {one.seqid}"
        kind = gemmi.find_tabulated_residue(one.name)
        if not kind.is_amino_acid():
            continue
        letter = kind.one_letter_code.upper()
        if letter not in ALPHABET:
            notes.append(f"{label} is left out, as it stands for none of the twenty amino acids")
            continue
        if not kind.is_standard():
            notes.append(f"{label} counts as {letter}")
        atoms = _atoms(one)
        if len(atoms) < len(one):
            notes.append(f"{label} has atoms in several places, of which the most occupied are read")
        follows = bool(found) and _are_bonded(found[-1].atoms, atoms)
        if found and not follows:
            notes.append(f"there is a gap between {found[-1].label} and {label}")
        found.append(Residue(label, letter, atoms, follows))
    return found


def _atoms(residue: Any) -> dict[str, Points]:
    """Return the atoms; of alternative places the most occupied one, of equals the first."""
    best: dict[str, Any] = {}
    for atom in residue:
        if atom.name not in best or atom.occ > best[atom.name].occ:
            best[atom.name] = atom
    return {name: np.array(list(atom.pos)) for name, atom in best.items()}


def _are_bonded(before: Mapping[str, Points], after: Mapping[str, Points]) -> bool:
    if "CA" not in before or "CA" not in after:
        return True
    return float(np.linalg.norm(before["CA"] - after["CA"])) <= _FARTHEST_BOND


def _gemmi() -> ModuleType:
    try:
        return import_module("gemmi")
    except ModuleNotFoundError as error:
        if error.name != "gemmi":
            raise
        raise MissingExtraError("gemmi", "antibody") from None
